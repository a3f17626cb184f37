// Ports that come late: another program has them, or their old sockets are still being shut.
#include <string>
#include <utility>

#include "proxy/adopt/adoption_core.h"

namespace postern::adopt {

void Adoption::Core::blame_ports(Change& change) {
  for (const std::uint16_t port : change.ports) {
    const std::string fault = doors_.fault(port);
    const Held listener = preparer_.accepted().find(key_of(port));
    if (fault.empty() || !listener || change.answer->has(key_of(port))) continue;
    // The listener is in force; what is missing is its port, and that comes by itself.
    change.answer->put({key_of(port), listener->version, listener->version, ErrorCode::BindFailed,
                        "port", fault, true});
    needs_.log.line(LogLevel::Warning, "port cannot be opened; trying again",
                    {{field::kListener, std::int64_t{port}}, {field::kReason, fault}});
  }
}

void Adoption::Core::shut(std::uint16_t port) {
  DoorChange change = doors_.no_change();
  doors_.shut(port, change);
  open_late(port, std::move(change));
  progress();
}

void Adoption::Core::open_late(std::uint16_t port, DoorChange change) {
  if (!change.opens()) return;
  in_force_.set_listeners(doors_.open());
  Load load{nullptr, {}, std::move(change.opened), {}};
  const bool is_awaited = change_ && change_->ports.contains(port);
  if (!is_awaited) {
    return deliver(std::move(load), [port](Core& self) { self.opened_late(port); });
  }
  ++change_->deliveries;
  deliver(std::move(load), [](Core& self) {
    --self.change_->deliveries;
    self.progress();
  });
}

void Adoption::Core::opened_late(std::uint16_t port) {
  if (!doors_.fault(port).empty()) return;
  needs_.log.line(LogLevel::Info, "port is open now", {{field::kListener, std::int64_t{port}}});
  answers_.resolve(key_of(port));
  answers_.tell_corrections();
}

void Adoption::Core::retry_ports() {
  for (const std::uint16_t port : doors_.faulty()) {
    DoorChange change = doors_.no_change();
    doors_.retry(port, change);
    open_late(port, std::move(change));
  }
}

}  // namespace postern::adopt
