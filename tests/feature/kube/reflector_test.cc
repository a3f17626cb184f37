#include "tests/feature/kube/reflecting.h"

#include <chrono>
#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace postern::test {
namespace {

using What = ApiFault::What;

class ReflectorAtAServer : public ::testing::Test {
 protected:
  void fill(int count) {
    for (int number = 0; number < count; ++number) {
      server.put(api_config_map("mail/map-" + std::to_string(number), std::to_string(number)));
    }
  }
  using Streaming = ApiState::Streaming;
  void begin(Streaming streaming = Streaming::Yes, int hurry = 1) {
    server.look([&](ApiState& state) {
      state.streaming = streaming;
      state.bookmark_milliseconds = 100;
    });
    reflecting = std::make_unique<Reflecting>(plain_access(server.port()), hurry);
  }
  Mirror& mirror() { return reflecting->mirror; }
  [[nodiscard]] bool in_step() { return mirror().wait_for(held_by(server)); }
  [[nodiscard]] bool watching() {
    return server.wait_until([](const ApiState& state) {
      return !state.seen.empty() && state.seen.back().asked.verb == "watch" &&
             state.seen.back().code == 200;
    });
  }

  FakeApiServer server;
  std::unique_ptr<Reflecting> reflecting;
};

TEST_F(ReflectorAtAServer, reads_a_set_by_pages_and_by_stream) {
  fill(1203);
  int number = 0;
  for (const Streaming streaming : {Streaming::Yes, Streaming::No, Streaming::Late}) {
    begin(streaming);
    EXPECT_TRUE(in_step());
    server.put(api_config_map("mail/late", std::to_string(++number)));
    server.erase("configmaps", "mail", "map-" + std::to_string(number));
    EXPECT_TRUE(in_step());
    EXPECT_EQ(1, mirror().replaced());
    EXPECT_EQ(1, mirror().deleted());
  }
}

TEST_F(ReflectorAtAServer, reads_what_was_cut_to_octets_inside_of_letters) {
  for (const std::size_t octets : {1U, 2U, 3U, 7U}) {
    server.put(api_config_map("mail/letters", "Grüße, 邮件 – " + std::to_string(octets)));
    server.fault({.what = What::Fragments, .times = -1, .octets = octets});
    for (const Streaming streaming : {Streaming::Yes, Streaming::No}) {
      begin(streaming);
      EXPECT_TRUE(in_step()) << octets;
      server.put(api_config_map("mail/more", streaming == Streaming::Yes ? "ё" : "ж"));
      EXPECT_TRUE(in_step()) << octets;
    }
    server.look([](ApiState& state) { state.faults.clear(); });
  }
}

TEST_F(ReflectorAtAServer, goes_on_after_a_cut_without_listing_again) {
  fill(3);
  begin();
  EXPECT_TRUE(in_step());
  server.interrupt(WatchEnd::Cut);
  server.put(api_config_map("mail/meanwhile"));
  EXPECT_TRUE(in_step());
  EXPECT_EQ(1, mirror().replaced());
}

// The connection stays, and the server has forgotten it: only the deadline of three bookmarks
// tells.
TEST_F(ReflectorAtAServer, gives_up_a_watch_that_says_nothing_and_reads_on) {
  constexpr int kHurry = 360;
  fill(3);
  begin(Streaming::Yes, kHurry);
  EXPECT_TRUE(in_step());
  EXPECT_TRUE(watching());
  server.interrupt(WatchEnd::Silent);
  const auto since = std::chrono::steady_clock::now();
  server.put(api_config_map("mail/meanwhile"));
  EXPECT_TRUE(in_step());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since;
  EXPECT_EQ(1, mirror().replaced()) << "no list: it reads on from where it was";
  EXPECT_EQ(0, mirror().deleted());
  std::printf(
      "a silent watch: told of a change after %.1f s (its silence, 3 min, is %.1f s here)\n",
      took.count(), 180.0 / kHurry);
}

TEST_F(ReflectorAtAServer, lists_again_when_its_place_is_forgotten_in_either_way) {
  fill(3);
  begin();
  EXPECT_TRUE(in_step());
  server.erase("configmaps", "mail", "map-1");
  EXPECT_TRUE(in_step());
  server.interrupt(WatchEnd::Gone);
  server.put(api_config_map("mail/meanwhile"));
  EXPECT_TRUE(in_step());
  EXPECT_TRUE(mirror().wait_until([](const Mirror& self) { return self.replaced() == 2; }));
  server.fault({.what = What::Status, .verb = "watch", .code = 410, .reason = "Expired"});
  server.interrupt(WatchEnd::Cut);
  server.put(api_config_map("mail/again"));
  EXPECT_TRUE(in_step());
  EXPECT_EQ(1, mirror().deleted());
}

TEST_F(ReflectorAtAServer, believes_no_list_that_was_cut) {
  fill(900);
  for (const Streaming streaming : {Streaming::Yes, Streaming::No}) {
    const bool streamed = streaming == Streaming::Yes;
    begin(streaming);
    EXPECT_TRUE(in_step());
    server.fault({.what = What::Cut, .verb = streamed ? "" : "list", .after = 400});
    server.interrupt(WatchEnd::Gone);
    server.put(api_config_map("mail/meanwhile", streamed ? "a" : "b"));
    EXPECT_TRUE(in_step());
    EXPECT_EQ(0, mirror().deleted());
  }
}

TEST_F(ReflectorAtAServer, believes_no_list_that_is_older_than_what_it_knows) {
  fill(5);
  begin(Streaming::No);
  EXPECT_TRUE(in_step());
  server.put(api_config_map("mail/late"));
  EXPECT_TRUE(in_step());
  server.fault({.what = What::OldRevision, .verb = "list", .octets = 3});
  server.interrupt(WatchEnd::Gone);
  server.put(api_config_map("mail/later"));
  EXPECT_TRUE(in_step());
  EXPECT_EQ(0, mirror().deleted());
  EXPECT_EQ(0, mirror().went_back());
}

TEST_F(ReflectorAtAServer, begins_pages_anew_when_they_expire_between) {
  fill(1300);
  server.fault({.what = What::Delay, .verb = "list", .times = 2, .octets = 300});
  begin(Streaming::No);
  ASSERT_TRUE(server.wait_until([](const ApiState& state) {
    return std::count_if(state.seen.begin(), state.seen.end(),
                         [](const ApiSeen& seen) { return seen.asked.verb == "list"; }) >= 1;
  }));
  server.put(api_config_map("mail/late"));
  server.compact();
  EXPECT_TRUE(in_step());
  EXPECT_EQ(0, mirror().deleted());
}

TEST_F(ReflectorAtAServer, keeps_what_it_has_while_the_server_is_away) {
  fill(5);
  begin();
  EXPECT_TRUE(in_step());
  server.close_door();
  EXPECT_TRUE(mirror().wait_until(
      [](const Mirror& self) { return self.standing() == kube::Standing::Unreachable; }));
  EXPECT_TRUE(mirror().wait_until([](const Mirror& self) { return self.held().size() == 5; }));
  server.open_door();
  server.put(api_config_map("mail/back"));
  EXPECT_TRUE(in_step());
  EXPECT_EQ(1, mirror().replaced());
  EXPECT_EQ(0, mirror().deleted());
}

TEST_F(ReflectorAtAServer, waits_as_long_as_it_is_told_to) {
  fill(2);
  server.fault({.what = What::Status,
                .times = 1,
                .code = 429,
                .reason = "TooManyRequests",
                .retry_after = 1});
  const auto began = std::chrono::steady_clock::now();
  begin();
  EXPECT_TRUE(in_step());
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(990));
}

TEST_F(ReflectorAtAServer, does_not_spin_when_watches_end_empty_at_once) {
  fill(2);
  begin();
  EXPECT_TRUE(in_step());
  server.fault({.what = What::End, .verb = "watch", .times = 3});
  server.interrupt(WatchEnd::Orderly);
  server.put(api_config_map("mail/meanwhile"));
  EXPECT_TRUE(in_step());
  EXPECT_LE(server.count("watch", "configmaps"), 8U);
}

TEST_F(ReflectorAtAServer, says_that_it_may_not_read) {
  server.fault({.what = What::Status, .times = -1, .code = 403, .reason = "Forbidden"});
  begin();
  EXPECT_TRUE(mirror().wait_until(
      [](const Mirror& self) { return self.standing() == kube::Standing::Refused; }));
  EXPECT_EQ(0, mirror().replaced());
}

// As the kubelet does: a new token in the file, and the old one is good no more.
TEST_F(ReflectorAtAServer, goes_on_with_a_token_that_was_renewed) {
  const TemporaryFolder folder;
  const auto renew = [&](const std::string& token) {
    std::ofstream(folder / "token") << token;
    server.look([&](ApiState& state) { state.tokens = {{token, "controller"}}; });
  };
  fill(3);
  renew("first");
  kube::ApiAccess access = plain_access(server.port());
  access.token.file = folder / "token";
  reflecting = std::make_unique<Reflecting>(std::move(access));
  EXPECT_TRUE(in_step());
  for (const char* token : {"second", "third"}) {
    renew(token);
    server.interrupt(WatchEnd::Cut);
    server.put(api_config_map(std::string("mail/") + token));
    EXPECT_TRUE(in_step());
  }
  EXPECT_EQ(1, mirror().replaced());
}

// An authority that nobody lets in any more is told, and what was read stays.
TEST_F(ReflectorAtAServer, keeps_what_it_has_while_nobody_knows_its_token) {
  const TemporaryFolder folder;
  std::ofstream(folder / "token") << "first";
  server.look([](ApiState& state) { state.tokens = {{"first", "controller"}}; });
  fill(3);
  kube::ApiAccess access = plain_access(server.port());
  access.token.file = folder / "token";
  reflecting = std::make_unique<Reflecting>(std::move(access));
  EXPECT_TRUE(in_step());
  server.look([](ApiState& state) { state.tokens = {{"another", "controller"}}; });
  server.interrupt(WatchEnd::Cut);
  EXPECT_TRUE(mirror().wait_until(
      [](const Mirror& self) { return self.standing() == kube::Standing::Forbidden; }));
  server.put(api_config_map("mail/meanwhile"));
  std::ofstream(folder / "token") << "another";
  EXPECT_TRUE(in_step());
  EXPECT_EQ(1, mirror().replaced());
  EXPECT_EQ(0, mirror().deleted());
}

// Whatever goes wrong, in any order: in the end it holds what the server has, nothing was deleted
// that was there, and no revision went back. Each time by one that waits for nothing yet.
TEST_F(ReflectorAtAServer, comes_back_in_step_after_any_trouble) {
  std::mt19937 chance(20'261'122);
  fill(40);
  for (int round = 0; round < 10; ++round) {
    begin(chance() % 3 == 0 ? Streaming::No : Streaming::Yes);
    EXPECT_TRUE(in_step());
    const What faults[] = {What::Cut, What::End, What::Garbage, What::ErrorEvent, What::Fragments};
    server.fault({.what = faults[chance() % 5],
                  .code = round % 2 == 0 ? 410 : 500,
                  .reason = round % 2 == 0 ? "Expired" : "InternalError",
                  .after = chance() % 3,
                  .octets = 1 + chance() % 5});
    const WatchEnd ends[] = {WatchEnd::Orderly, WatchEnd::Cut, WatchEnd::Gone};
    server.interrupt(ends[chance() % 3]);
    for (int change = 0; change < 5; ++change) {
      server.put(
          api_config_map("mail/map-" + std::to_string(chance() % 60), std::to_string(round)));
    }
    if (round % 3 == 0) server.compact();
    if (round % 4 == 0) {
      server.close_door();
      server.open_door();
    }
    EXPECT_TRUE(in_step()) << "round " << round;
    EXPECT_EQ(0, mirror().deleted());
    EXPECT_EQ(0, mirror().went_back());
    server.look([](ApiState& state) { state.faults.clear(); });
  }
}

}  // namespace
}  // namespace postern::test
