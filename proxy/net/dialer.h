// Dialer: begins a connection. An interface, so that a test can give a session the other end of a
// socket pair. Connected is known when the stream becomes writable: finished() then tells.
#pragma once

#include <string>

#include "common/base/address.h"
#include "common/base/result.h"
#include "proxy/net/stream.h"

namespace postern::net {

class Dialer {
 public:
  virtual ~Dialer() = default;
  // A stream whose connection is under way, or a reason: "Connection refused".
  [[nodiscard]] virtual Result<Stream, std::string> dial(const SocketAddress& to) = 0;
};

class TcpDialer final : public Dialer {
 public:
  [[nodiscard]] Result<Stream, std::string> dial(const SocketAddress& to) override;
};

enum class Connecting : std::uint8_t { UnderWay, Connected, Failed };
struct ConnectState {
  Connecting state;
  std::string reason;  // of Failed
};
[[nodiscard]] ConnectState connect_state(const Stream& stream);
// The address that the socket speaks from; for PROXY headers and logs.
[[nodiscard]] SocketAddress local_address(const Stream& stream);

}  // namespace postern::net
