#include "proxy/grammar/proxy_protocol.h"

#include <string>
#include <variant>

#include "tests/fuzz/fuzz.h"

using namespace postern;
using namespace postern::grammar;

namespace {

ProxyHeader read_again(const std::string& octets) {
  const auto parsed = parse_proxy_header(octets);
  const auto* const done = std::get_if<Done<ProxyHeader>>(&parsed);
  fuzz::promise(done && done->consumed == octets.size(), "what was written is read");
  return done->value;
}

void write_again(const ProxyHeader& header) {
  std::size_t size = 16 + 36 + 7;
  for (const ProxyTlv& tlv : header.tlvs) size += 3 + tlv.value.size();
  if (size <= kProxyV2Octets) {
    fuzz::promise(read_again(encode_proxy_v2(header)) == header, "version 2 keeps all of it");
  }
  fuzz::promise(read_again(encode_proxy_v1(header)).addresses == header.addresses,
                "version 1 keeps the addresses");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t fragment = input.fragment_size();
  const ByteView octets = input.rest();
  const auto whole = parse_proxy_header(octets);
  const std::size_t longest = longest_proxy_header(octets);
  fuzz::promise(longest <= kProxyV2Octets, "nobody needs more memory");
  if (std::holds_alternative<NeedMore>(whole)) {
    fuzz::promise(octets.size() < longest, "there is room for what is needed");
  }
  const auto cut = test::parse_in_fragments(octets, fragment, parse_proxy_header);
  fuzz::promise(whole.index() == cut.index(), "cuts do not change the kind of answer");
  if (const auto* const done = std::get_if<Done<ProxyHeader>>(&whole)) {
    const auto& other = std::get<Done<ProxyHeader>>(cut);
    fuzz::promise(done->consumed <= octets.size(), "it was there");
    fuzz::promise(done->consumed <= longest, "it is as long as it said");
    (void)client_tls(done->value);
    fuzz::promise(done->consumed == other.consumed && done->value == other.value,
                  "cuts do not change the header");
    write_again(done->value);
  }
  return 0;
}
