// Where the masters of TLS ticket keys come from, as the control loop sees it: what all proxies
// should have now, and when to ask again. Tickets in memory: made at the start, turned every 12 h;
// a restart costs every client one full handshake. A home that replicas share is another of these.
// Thread: the control loop's.
#pragma once

#include "common/base/clock.h"
#include "common/base/secret.h"
#include "common/config/fresh_resource.h"
#include "common/config/ticket_keys.h"

namespace postern::loop {

class Tickets {
 public:
  virtual ~Tickets() = default;
  [[nodiscard]] virtual config::TicketKeys keys() = 0;
  [[nodiscard]] virtual Instant due() const = 0;
};

class MemoryTickets final : public Tickets {
 public:
  explicit MemoryTickets(const Clock& clock);
  // Turned first, if that is due: next becomes current, and what was current still opens.
  [[nodiscard]] config::TicketKeys keys() override;
  [[nodiscard]] Instant due() const override { return due_; }

 private:
  void turn();

  const Clock& clock_;
  config::TicketKeys keys_;
  Instant due_;
};

[[nodiscard]] config::FreshResource ticket_resource(config::TicketKeys keys);

}  // namespace postern::loop
