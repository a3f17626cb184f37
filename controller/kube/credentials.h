// Credentials: what ApiAccess names, as it is now. The token's file is read again after a minute
// and when the server does not take us; those of certificates when their inode or time changed. A
// file that is empty, unreadable or wrong leaves what was before it in force, and is logged once.
// Opens no connection. On the agenda's thread only.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/result.h"
#include "common/base/secret.h"
#include "controller/kube/api_access.h"
#include "controller/kube/tls_context.h"

namespace postern::kube {

// client-go's period. Tokens live for an hour, and the kubelet renews them at four fifths of it.
inline constexpr Duration kTokenPeriod{60'000};
// No token and no bundle of authorities is larger.
inline constexpr std::size_t kMaxTokenOctets = std::size_t{64} << 10;
inline constexpr std::size_t kMaxPemOctets = std::size_t{1} << 20;

class Credentials {
 public:
  Credentials(ApiAccess access, const Clock& clock, Log& log);

  [[nodiscard]] const ApiAccess& access() const { return access_; }
  // Empty when there is none. Valid until the next call.
  [[nodiscard]] ByteView token();
  // Null without TLS. Or a sentence why there is none; no secret is in it.
  [[nodiscard]] Result<TlsContext, std::string> tls();
  // The server did not take us. True when there is something that was read again.
  [[nodiscard]] bool read_again();

 private:
  // Enough of a file to see that it is another one.
  struct Seen {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  using SeenFiles = std::array<Seen, 3>;

  void read_token();
  [[nodiscard]] SeenFiles look() const;
  [[nodiscard]] Result<TlsContext, std::string> make() const;
  void say_once(std::string& said, const std::string& sentence);

  ApiAccess access_;
  const Clock& clock_;
  Log& log_;
  Secret token_;
  std::optional<Instant> token_read_;
  TlsContext tls_;
  SeenFiles seen_{};
  std::string said_of_token_;  // last, while it is not well
  std::string said_of_certificates_;
};

}  // namespace postern::kube
