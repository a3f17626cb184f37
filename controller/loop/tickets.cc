#include "controller/loop/tickets.h"

#include <array>
#include <string>
#include <utility>

#include "common/base/digest.h"
#include "common/base/unix_time.h"
#include "common/config/resource.h"

namespace postern::loop {

namespace {

SharedSecret new_master() {
  std::array<char, config::kTicketMasterOctets> octets{};
  random_octets(octets.data(), octets.size());
  SharedSecret master(ByteView(octets.data(), octets.size()));
  wipe(octets.data(), octets.size());
  return master;
}

}  // namespace

MemoryTickets::MemoryTickets(const Clock& clock)
    : clock_(clock),
      keys_{new_master(), new_master(), new_master(), unix_seconds(clock.wall())},
      due_(clock.now() + config::kTicketKeysPeriod) {}

config::TicketKeys MemoryTickets::keys() {
  if (clock_.now() >= due_) turn();
  return keys_;
}

// Proxies have known the next one for a period: nobody meets a ticket that he cannot open.
void MemoryTickets::turn() {
  keys_ = {new_master(), std::move(keys_.next), std::move(keys_.current),
           unix_seconds(clock_.wall())};
  due_ = clock_.now() + config::kTicketKeysPeriod;
}

config::FreshResource ticket_resource(config::TicketKeys keys) {
  return config::FreshResource(config::Resource{std::string(config::kTicketKeysName),
                                                {},
                                                {},
                                                std::move(keys),
                                                {std::string(config::kTicketKeys)}});
}

}  // namespace postern::loop
