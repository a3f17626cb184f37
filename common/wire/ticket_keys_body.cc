#include "common/wire/bodies.h"

namespace postern::wire {

namespace {

constexpr std::int64_t kYear10000 = 253'402'300'800;

SharedSecret master(const std::string& octets, std::string_view name, Decoding& decoding) {
  if (octets.size() != config::kTicketMasterOctets) {
    decoding.refuse({nullptr, name}, "does not have 32 octets");
    return {};
  }
  return SharedSecret(octets);
}

}  // namespace

void encode_ticket_keys(const config::TicketKeys& keys, pb::TicketKeys& out) {
  const ByteView next = keys.next.reveal();
  out.set_next(next.data(), next.size());
  const ByteView current = keys.current.reveal();
  out.set_current(current.data(), current.size());
  const ByteView previous = keys.previous.reveal();
  out.set_previous(previous.data(), previous.size());
  out.set_made_unix_s(keys.made_unix_s);
}

config::TicketKeys decode_ticket_keys(const pb::TicketKeys& message, Decoding& decoding) {
  if (message.made_unix_s() <= 0 || message.made_unix_s() >= kYear10000) {
    decoding.refuse({nullptr, "made_unix_s"}, "is no time");
  }
  return {master(message.next(), "next", decoding), master(message.current(), "current", decoding),
          master(message.previous(), "previous", decoding), message.made_unix_s()};
}

}  // namespace postern::wire
