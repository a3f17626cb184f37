// Connection: one TCP or TLS connection to the API server, carrying one exchange at a time.
// Dials when it is first used. Knows no deadlines and no credentials: who uses it closes it when it
// takes too long. The only place in the controller that knows streams of Asio and Beast.
// Bounds: 64 KiB of head; of a body it holds 16 KiB.
// On the agenda's thread only. Callbacks come later, never from within a call of ours.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "controller/kube/tls_context.h"
#include "controller/kube/transport.h"

namespace boost::asio {
class io_context;
}

namespace postern::kube {

inline constexpr std::size_t kMaxHeadOctets = std::size_t{64} << 10;

struct Destination {
  std::string host;
  std::uint16_t port = 443;
  std::string server_name;  // whom the certificate must name: a name or an address
  TlsContext tls;           // null: plain
};

class Connection {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_head(const Head& head) = 0;
    virtual void on_octets(std::string_view octets) = 0;
    virtual void on_end(const std::optional<Broken>& broken) = 0;
  };

  [[nodiscard]] static std::shared_ptr<Connection> make(boost::asio::io_context& context,
                                                        Destination destination);
  virtual ~Connection() = default;

  // `octets` are a whole request; they are wiped when they have gone out. The listener is called
  // until on_end or until close(), which it may call from within a callback.
  virtual void exchange(std::string octets, Listener& listener) = 0;
  virtual void close() = 0;
  // Another exchange may follow: the last one ended as it should, and the connection stands.
  [[nodiscard]] virtual bool usable() = 0;
  // Something came during this exchange.
  [[nodiscard]] virtual bool answered() const = 0;
  [[nodiscard]] virtual bool established() const = 0;
};

}  // namespace postern::kube
