// Dialer: begins a connection. An interface, so that a test can give a session the other end of a
// socket pair. Connected is known when the stream becomes writable: finished() then tells.
#pragma once

#include <string>
#include <utility>

#include "common/base/address.h"
#include "common/base/result.h"
#include "proxy/net/stream.h"

namespace postern::net {

// Why a connection could not be begun.
struct DialFault {
  DialFault(std::string why, bool ours = false)  // NOLINT(google-explicit-constructor)
      : reason(std::move(why)), is_ours(ours) {}
  std::string reason;    // "Connection refused"
  bool is_ours = false;  // we lack descriptors, ports or memory: nothing is said of the other side
};

class Dialer {
 public:
  virtual ~Dialer() = default;
  // A stream whose connection is under way.
  [[nodiscard]] virtual Result<Stream, DialFault> dial(const SocketAddress& to) = 0;
};

class TcpDialer final : public Dialer {
 public:
  [[nodiscard]] Result<Stream, DialFault> dial(const SocketAddress& to) override;
};

enum class Connecting : std::uint8_t { UnderWay, Connected, Failed };
struct ConnectState {
  Connecting state;
  std::string reason;  // of Failed
};
[[nodiscard]] ConnectState connect_state(const Stream& stream);
// Its peer is asked from time to time whether it is there. Not of every connection from its start:
// most end before it matters, and five options are five system calls.
void keep_alive(const Stream& stream);
// The address that the socket speaks from; for PROXY headers and logs.
[[nodiscard]] SocketAddress local_address(const Stream& stream);

}  // namespace postern::net
