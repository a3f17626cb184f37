#include "proxy/session/counters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/shown_metrics.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session {
namespace {

using dialogue::Failure;
using postern::test::counted;
using postern::test::shown;

TEST(Counters, of_several_workers_add_up) {
  Metrics metrics;
  CountedNames names;
  Counters one(metrics, 0, &names);
  Counters two(metrics, 1, &names);
  for (Counters* worker : {&one, &two, &two}) {
    worker->accepted(143);
    worker->login("mail/example", Protocol::Imap, Failure::None);
    worker->mechanism("PLAIN", Failure::None);
    worker->relayed(Protocol::Imap, 10, 100);
    worker->backend_connected(Protocol::Imap, std::chrono::microseconds(90));
    worker->handshake("TLSv1.3", true, true, std::chrono::milliseconds(2));
  }
  EXPECT_EQ(counted(metrics, "postern_connections_total", {{"listener", "143"}}), 3);
  EXPECT_EQ(one.accepted_total(143) + two.accepted_total(143), 3U);
  EXPECT_EQ(counted(metrics, "postern_logins_total",
                    {{"mailserver", "mail/example"}, {"protocol", "IMAP"}, {"result", "ok"}}),
            3);
  EXPECT_EQ(counted(metrics, "postern_login_mechanisms_total", {{"mechanism", "PLAIN"}}), 3);
  EXPECT_EQ(counted(metrics, "postern_relay_bytes_total", {{"direction", "out"}}), 300);
  EXPECT_EQ(counted(metrics, "postern_backend_connect_seconds_bucket", {{"le", "0.0001"}}), 3);
  EXPECT_NEAR(shown(metrics, "postern_tls_handshake_seconds_sum",
                    {{"version", "TLSv1.3"}, {"resumed", "yes"}, {"result", "ok"}}),
              0.006, 1e-9);
}

TEST(Counters, count_a_limit_that_a_connection_found_by_scope_and_by_reason) {
  Metrics metrics;
  Counters counters(metrics);
  counters.refused_connection(quota::Scope::Source);
  counters.refused_connection("nothing_served");
  counters.limit_refused(quota::Scope::User);
  EXPECT_EQ(counted(metrics, "postern_connections_refused_total", {{"reason", "source"}}), 1);
  EXPECT_EQ(counted(metrics, "postern_connections_refused_total"), 2);
  EXPECT_EQ(counted(metrics, "postern_limits_refused_total", {{"scope", "source"}}), 1);
  EXPECT_EQ(counted(metrics, "postern_limits_refused_total", {{"scope", "user"}}), 1);
}

TEST(Counters, let_no_name_of_a_mechanism_or_version_become_a_label_that_is_not_ours) {
  Metrics metrics;
  Counters counters(metrics);
  counters.mechanism("X-EVIL", Failure::MechanismRefused);
  counters.handshake("TLSv9", false, true, {});
  EXPECT_EQ(metrics.text().find("EVIL"), std::string::npos);
  EXPECT_EQ(counted(metrics, "postern_login_mechanisms_total", {{"mechanism", "none"}}), 1);
  EXPECT_EQ(counted(metrics, "postern_tls_handshakes_total", {{"version", "none"}}), 1);
}

// Two workers meet the same ones in another order, and the same ones have series.
TEST(Counters, give_series_to_a_hundred_mail_servers_and_five_hundred_backends_of_five_thousand) {
  Metrics metrics;
  CountedNames names;
  Counters one(metrics, 0, &names);
  Counters two(metrics, 1, &names);
  constexpr int kServers = 5000;
  for (int i = 0; i < kServers; ++i) {
    const std::string up = "mail/s" + std::to_string(i);
    const std::string down = "mail/s" + std::to_string(kServers - 1 - i);
    one.login(up, Protocol::Imap, Failure::None);
    two.login(down, Protocol::Imap, Failure::None);
    one.backend_failure(up, up + "/box", Failure::BackendTimeout);
    two.member_full(down, down + "/box");
  }
  EXPECT_EQ(counted(metrics, "postern_logins_total"), 2 * kServers);
  EXPECT_EQ(counted(metrics, "postern_logins_total", {{"mailserver", "other"}}),
            2 * (kServers - 100));
  EXPECT_EQ(counted(metrics, "postern_backend_failures_total"), kServers);
  const std::string text = metrics.text();
  const auto series = std::count(text.begin(), text.end(), '\n');
  EXPECT_LT(series, 101 + 2 * 501 + 200);
  EXPECT_EQ(counted(metrics, "postern_series_refused_total"), 0);
}

TEST(Counters, know_more_ports_than_there_can_be_only_as_others) {
  Metrics metrics;
  Counters counters(metrics);
  for (std::uint16_t port = 1; port <= 1000; ++port) counters.accepted(port);
  EXPECT_EQ(counted(metrics, "postern_connections_total"), 1000);
  EXPECT_EQ(counted(metrics, "postern_connections_total", {{"listener", "other"}}), 1000 - 127);
}

class Phases : public ::testing::Test {
 protected:
  [[nodiscard]] std::int64_t in(const std::string& phase) const {
    return counted(sim_.metrics, "postern_sessions_active",
                   {{"phase", phase}, {"protocol", "IMAP"}});
  }
  [[nodiscard]] std::int64_t in_all() const {
    return counted(sim_.metrics, "postern_sessions_active");
  }

  test::SimWorker sim_;
};

TEST_F(Phases, follow_a_session_from_its_greeting_to_its_relay_and_its_end) {
  test::Peer client = sim_.connect();
  EXPECT_EQ(in("dialogue"), 1);
  client.say("a LOGIN alice secret\r\n");
  sim_.settle();
  EXPECT_EQ(in("backend_login"), 1);
  test::let_in(sim_, sim_.dialer.backends.back());
  EXPECT_EQ(in("relaying"), 1);
  EXPECT_EQ(in_all(), 1);
  EXPECT_EQ(counted(sim_.metrics, "postern_places_used"), 1);
  EXPECT_EQ(counted(sim_.metrics, "postern_backend_login_seconds_count"), 1);
  EXPECT_EQ(counted(sim_.metrics, "postern_login_mechanisms_total",
                    {{"mechanism", "LOGIN"}, {"result", "ok"}}),
            1);
  client.hang_up();
  sim_.dialer.backends.back().hang_up();
  sim_.settle();
  EXPECT_EQ(in_all(), 0);
  EXPECT_EQ(counted(sim_.metrics, "postern_places_used"), 0);
}

TEST_F(Phases, end_with_a_session_that_never_logged_in) {
  {
    const test::Peer client = sim_.connect();
    EXPECT_EQ(in_all(), 1);
  }
  sim_.settle();
  EXPECT_EQ(in_all(), 0);
}

TEST_F(Phases, a_worker_measures_its_own_turns) {
  sim_.settle();
  EXPECT_GT(counted(sim_.metrics, "postern_loop_turn_seconds_count", {{"worker", "0"}}), 0);
  EXPECT_EQ(counted(sim_.metrics, "postern_run_queue_length"), 0);
}

}  // namespace
}  // namespace postern::session
