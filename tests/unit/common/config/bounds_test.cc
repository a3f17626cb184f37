// The bounds that hold when nobody wrote any: what security R2 and R3 ask for. A default that is
// moved beyond them is moved here too, where somebody will ask why.
#include <gtest/gtest.h>

#include "common/base/limits.h"
#include "common/config/provider.h"
#include "common/config/server.h"

namespace postern::config {
namespace {

using std::chrono::seconds;

TEST(Bounds, R2_every_phase_before_the_relay_has_its_deadline) {
  const ServerTimeouts timeouts;
  EXPECT_LE(limits::kProxyHeaderWait, seconds{3});
  EXPECT_LE(timeouts.tls_handshake, seconds{10});
  EXPECT_LE(timeouts.login, seconds{60});
  EXPECT_LE(Provider{}.timeout, seconds{5});
  EXPECT_LE(timeouts.backend_connect, seconds{10});
  EXPECT_LE(timeouts.backend_login, seconds{10});
}

TEST(Bounds, R3_everything_that_is_said_before_login_has_its_size) {
  const ServerLimits limits;
  EXPECT_LE(limits.max_command_octets, 8192U);
  EXPECT_LE(limits::kSaslLineOctets, 12288U);
  EXPECT_LE(limits::kNonSyncLiteralOctets, 4096U);
  EXPECT_LE(limits::kImapTagOctets, 32U);
  EXPECT_LE(limits.max_errors, 10U);
  EXPECT_LE(limits.max_commands, 100U);
  EXPECT_GE(limits.max_failures_per_session, 3U);
  EXPECT_LE(limits.max_failures_per_session, 10U);
  EXPECT_LE(limits.max_reply_octets, 16384U);
  EXPECT_LE(limits::kReplyOctets, 8192U);
}

TEST(Bounds, R4_names_and_passwords_have_their_length) {
  EXPECT_LE(limits::kNameOctets, 1024U);
  EXPECT_LE(limits::kPasswordOctets, 4096U);
}

TEST(Bounds, who_has_not_logged_in_is_counted_even_where_nobody_wrote_a_limit) {
  EXPECT_GT(ServerLimits{}.max_connections_before_login, 0U);
  EXPECT_LE(ServerLimits{}.max_connections_before_login, 10000U);
}

}  // namespace
}  // namespace postern::config
