// Adoption: the Adopter of a real proxy. Prepares an update, binds what is new, hands the prepared
// snapshot to every worker and waits until all have it; only then the update is said to be active.
// Thread: apply() on the control thread, which it holds until the workers answered; held() and
// listeners() on any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "proxy/adopt/adopt.h"
#include "proxy/adopt/prepare.h"
#include "proxy/net/listener.h"
#include "proxy/net/prepared.h"

namespace postern::adopt {

// What one worker gets: the snapshot, its own socket of each new listening address, and the ports
// that it has to close.
struct NewDoor {
  std::uint16_t port = 0;  // as written in the manifest
  net::ListeningSocket socket;
};
struct Handover {
  std::shared_ptr<const net::Prepared> prepared;
  std::vector<NewDoor> opened;
  std::vector<std::uint16_t> closed;
};
// Gives a handover to a worker from the control thread; the worker calls `adopted` when it has it.
using HandToWorker = std::function<void(Handover, std::function<void()> adopted)>;

struct BoundListener {
  std::uint16_t port = 0;
  Protocol protocol = Protocol::Imap;
  config::ListenerTls tls = config::ListenerTls::StartTls;
  SocketAddress address;
};

struct Binding {
  std::vector<IpAddress> addresses;  // empty: all, IPv6 and IPv4
  std::uint16_t port_offset = 0;
};

class Adoption final : public Adopter {
 public:
  Adoption(Binding binding, std::vector<HandToWorker> workers);

  void apply(Update update, std::function<void(Outcome)> done) override;
  [[nodiscard]] std::vector<HeldResource> held() const override;
  [[nodiscard]] std::string version() const override;
  [[nodiscard]] std::vector<BoundListener> listeners() const;
  [[nodiscard]] std::shared_ptr<const net::Prepared> current() const;

 private:
  using Sockets = std::vector<net::ListeningSocket>;  // one a worker

  [[nodiscard]] Resources merged(Update& update) const;
  // Binds the ports that are not bound yet; a port that cannot be bound is left out and reported.
  void bind_new(const config::Snapshot& snapshot, std::vector<Handover>& handovers,
                std::vector<ResourceError>& errors);
  [[nodiscard]] Result<std::vector<Sockets>, net::BindError> bind_port(std::uint16_t port) const;
  [[nodiscard]] std::vector<std::uint16_t> ports_to_close(const config::Snapshot& snapshot);
  void hand_over(std::vector<Handover> handovers);

  Binding binding_;
  std::vector<HandToWorker> workers_;
  net::TlsShared tls_;

  mutable std::mutex lock_;  // of what follows: written by apply, read by any
  Resources running_;
  std::shared_ptr<const net::Prepared> current_;
  std::vector<BoundListener> bound_;
};

}  // namespace postern::adopt
