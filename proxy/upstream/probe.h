// Probe: one check of one member: a connection and, where that is wished, PROXY header, TLS and the
// protocol's own greeting. Says nothing else and never logs in.
// Owned by the prober; advance() is called after each event and never blocks.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/bytes.h"
#include "common/base/mail.h"
#include "common/config/backend.h"
#include "proxy/net/stream.h"
#include "proxy/net/tls_client.h"
#include "proxy/upstream/greeting.h"

namespace postern::upstream {

struct ProbeWish {
  config::BackendPort port;
  bool greeting = true;  // false: a connection is enough
  friend bool operator==(const ProbeWish&, const ProbeWish&) = default;
};

enum class Probed : std::uint8_t { Waiting, Well, Failed };

class Probe {
 public:
  // Its connection is under way. `tls` is used where the port begins with it.
  Probe(net::Stream stream, ProbeWish wish, const net::TlsClient* tls);

  // Does all that can be done now; told nothing more after anything but Waiting.
  [[nodiscard]] Probed advance(net::TlsSessions& sessions);
  [[nodiscard]] const std::string& reason() const { return reason_; }  // printable
  [[nodiscard]] int fd() const { return stream_.fd(); }

 private:
  enum class Phase : std::uint8_t { Connecting, Introducing, Handshaking, Listening };

  [[nodiscard]] Probed connect();
  [[nodiscard]] Probed introduce(net::TlsSessions& sessions);
  [[nodiscard]] Probed handshake();
  [[nodiscard]] Probed listen();
  [[nodiscard]] Probed judge();
  [[nodiscard]] Probed fail(std::string reason);

  net::Stream stream_;
  ProbeWish wish_;
  const net::TlsClient* tls_;
  Phase phase_ = Phase::Connecting;
  std::string header_;  // PROXY protocol, not said yet
  Buffer heard_{kGreetingOctets};
  std::string reason_;
};

}  // namespace postern::upstream
