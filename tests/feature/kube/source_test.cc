#include "controller/source/kubernetes_source.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/feature/kube/sourcing.h"

namespace postern::test {
namespace {

using source::Objects;
using What = ApiFault::What;

class SourceAtAServer : public ::testing::Test {
 protected:
  SourceAtAServer() {
    server.look([](ApiState& state) { state.bookmark_milliseconds = 100; });
    server.put(R"({"apiVersion":"networking.k8s.io/v1","kind":"IngressClass",
      "metadata":{"name":"postern"},"spec":{"controller":"postern.dev/controller"}})");
    for (int number = 0; number < 6; ++number) put_server(number, number);
    for (int number = 0; number < 9; ++number) put_secret(number, 0);
    server.put(api_config_map("mail/of-nobody"));
  }
  // MailServer N names the Secret of `secret`.
  void put_server(int number, int secret) {
    const std::string name = "server-" + std::to_string(number);
    json::object object = api_mail_server("mail/" + name, name + ".example.test");
    json::object& spec = object["spec"].as_object();
    spec["tls"] = {{"certificateRefs", json::array{{{"name", secret_name(secret)}}}}};
    spec["backends"] = json::array{{{"name", "mailbox"}, {"service", {{"name", "dovecot"}}}}};
    server.put(object);
  }
  void put_secret(int number, int content) {
    json::object object = api_object("v1", "Secret", "mail/" + secret_name(number));
    object["type"] = "Opaque";
    object["stringData"] = {{"k", std::to_string(content)}};
    server.put(object);
  }
  static std::string secret_name(int number) { return "secret-" + std::to_string(number); }
  static std::size_t count(const Objects& known, std::string_view kind) {
    return static_cast<std::size_t>(std::count_if(
        known.begin(), known.end(), [&](const auto& entry) { return entry.first.kind == kind; }));
  }
  static bool whole(const Objects& known) {
    return count(known, "MailServer") == 6 && count(known, "Secret") == 6;
  }
  // What one that begins now finds.
  [[nodiscard]] Objects as_it_is() {
    Sourcing fresh(server.port());
    EXPECT_TRUE(fresh.read_until([](const Objects&) { return true; }));
    return fresh.known();
  }

  FakeApiServer server;
};

TEST_F(SourceAtAServer, tells_everything_at_first_and_never_a_half) {
  for (const char* const plural : {"secrets", "services", "namespaces"}) {
    server.fault({.what = What::Delay, .plural = plural, .octets = 200});
  }
  Sourcing sourcing(server.port());
  ASSERT_TRUE(sourcing.read_until([](const Objects&) { return true; }));
  EXPECT_TRUE(whole(sourcing.known()));
}

TEST_F(SourceAtAServer, says_what_it_waits_for) {
  server.fault({.what = What::Status,
                .plural = "services",
                .times = -1,
                .code = 403,
                .reason = "Forbidden",
                .message = "services is forbidden"});
  Sourcing sourcing(server.port(), {.first_wait = Duration(500)});
  EXPECT_FALSE(sourcing.read());
  EXPECT_NE(std::string::npos, sourcing.follower().error().find("services"))
      << sourcing.follower().error();
}

TEST_F(SourceAtAServer, does_without_grants_where_the_server_knows_none) {
  server.look([](ApiState& state) { state.missing = {"gateway.networking.k8s.io"}; });
  Sourcing sourcing(server.port());
  EXPECT_TRUE(sourcing.read_until(whole)) << sourcing.follower().error();
}

TEST_F(SourceAtAServer, goes_on_with_what_it_knows_while_the_server_is_away) {
  Sourcing sourcing(server.port());
  ASSERT_TRUE(sourcing.read_until(whole));
  server.close_door();
  sourcing.source().wait(Duration(300));
  ASSERT_TRUE(sourcing.read());
  EXPECT_TRUE(sourcing.follower().last().changed.empty());
  EXPECT_TRUE(sourcing.follower().last().gone.empty());
  server.erase("mailservers", "mail", "server-5");
  server.compact();
  server.open_door();
  EXPECT_TRUE(
      sourcing.read_until([](const Objects& known) { return count(known, "MailServer") == 5; }));
}

TEST_F(SourceAtAServer, never_reads_the_content_of_what_nobody_names) {
  Sourcing sourcing(server.port());
  ASSERT_TRUE(sourcing.read_until(whole));
  put_secret(8, 1);
  put_server(0, 7);
  ASSERT_TRUE(sourcing.read_until([](const Objects& known) {
    return known.contains({"Secret", "mail", secret_name(7)}) &&
           !known.contains({"Secret", "mail", secret_name(0)});
  }));
  EXPECT_FALSE(sourcing.known().contains({"Secret", "mail", secret_name(8)}));
  EXPECT_FALSE(sourcing.known().contains({"ConfigMap", "mail", "of-nobody"}));
}

// Faults and changes in any order: in the end it knows what one that begins anew finds, and nothing
// was ever told to be gone that was there.
TEST_F(SourceAtAServer, knows_in_the_end_what_a_fresh_one_finds) {
  std::mt19937 chance(11);
  for (int round = 0; round < 5; ++round) {
    Sourcing sourcing(server.port());
    ASSERT_TRUE(sourcing.read_until([](const Objects&) { return true; }));
    const What faults[] = {What::Cut, What::End, What::ErrorEvent, What::Fragments};
    const WatchEnd ends[] = {WatchEnd::Orderly, WatchEnd::Cut, WatchEnd::Gone};
    server.fault({.what = faults[chance() % 4],
                  .times = 2,
                  .code = 410,
                  .reason = "Expired",
                  .after = chance() % 2,
                  .octets = 3});
    server.interrupt(ends[chance() % 3]);
    put_server(static_cast<int>(chance() % 6), static_cast<int>(chance() % 9));
    put_secret(static_cast<int>(chance() % 9), round);
    if (round % 2 == 0) server.compact();
    if (round % 3 == 2) {
      server.close_door();
      server.open_door();
    }
    const Objects wanted = as_it_is();
    EXPECT_TRUE(sourcing.read_until([&](const Objects& known) { return known == wanted; }))
        << "round " << round;
    EXPECT_EQ(6U, count(sourcing.known(), "MailServer"));
    server.look([](ApiState& state) { state.faults.clear(); });
  }
}

}  // namespace
}  // namespace postern::test
