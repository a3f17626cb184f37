// Doors: which ports are open at which addresses, and which should be. Opens all of a listener's
// sockets, one a worker, before any of them is used. A port that the workers are still shutting is
// opened when they have; one that cannot be opened is tried again when told to.
// Control thread. It owns no socket: those it opened are handed on at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proxy/adopt/handover.h"

namespace postern::adopt {

struct BoundListener {
  std::uint16_t port = 0;
  Protocol protocol = Protocol::Imap;
  config::ListenerTls tls = config::ListenerTls::StartTls;
  SocketAddress address;
};

struct Binding {
  std::vector<IpAddress> addresses;  // of listeners that name none; empty: all, IPv6 and IPv4
  std::uint16_t port_offset = 0;
};

// What workers have to be told.
struct DoorChange {
  std::vector<std::vector<NewDoor>> opened;  // by worker
  std::vector<ClosedDoor> replaced;          // in the way of what is to be opened: shut them first
  std::vector<ClosedDoor> closed;            // when the change is active
  [[nodiscard]] bool opens() const { return !opened.empty() && !opened.front().empty(); }
};

class Doors {
 public:
  Doors(Binding binding, std::size_t workers);

  [[nodiscard]] DoorChange no_change() const;
  // The listener as it is to be from now on.
  void want(const config::Listener& listener, DoorChange& change);
  void drop(std::uint16_t port, DoorChange& change);
  // One worker has shut what one `replaced` or `closed` of the port said.
  void shut(std::uint16_t port, DoorChange& change);
  // Tries what is not open.
  void retry(std::uint16_t port, DoorChange& change);

  // Something of the port is not open yet because workers are still shutting it.
  [[nodiscard]] bool awaits_shutting(std::uint16_t port) const;
  // Why something of the port is not open; empty: it all is.
  [[nodiscard]] std::string fault(std::uint16_t port) const;
  [[nodiscard]] std::vector<std::uint16_t> faulty() const;
  [[nodiscard]] std::vector<BoundListener> open() const;

 private:
  struct Open {
    IpAddress ip;
    config::ListenerSocket options;
    SocketAddress local;
  };
  struct Port {
    config::Listener wanted;  // without tenants
    std::vector<IpAddress> addresses;
    std::vector<Open> open;
    std::vector<IpAddress> shutting;
    std::size_t answers_due = 0;
    std::map<IpAddress, std::string> failed;
  };

  void open_missing(Port& port, DoorChange& change);
  void open_one(Port& port, const IpAddress& address, DoorChange& change);
  [[nodiscard]] std::vector<Open> take_unwanted(Port& port);
  [[nodiscard]] static bool is_open(const Port& port, const IpAddress& address);
  [[nodiscard]] bool may_fail(const Port& port, const IpAddress& address) const;

  Binding binding_;
  std::size_t workers_;
  std::map<std::uint16_t, Port> ports_;
};

}  // namespace postern::adopt
