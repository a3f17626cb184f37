#include "controller/kube/discovery.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/kube/reflector_verdict.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/turned_agenda.h"

namespace postern::kube {
namespace {

class Discoveries : public ::testing::Test {
 protected:
  void start() { discovery_->start(); }
  [[nodiscard]] std::string asked() { return transport_.questions.front().request.target; }

  const std::string served_ =
      R"({"kind":"APIResourceList","groupVersion":"gateway.networking.k8s.io/v1","resources":[)"
      R"({"name":"gateways"},{"name":"referencegrants","verbs":["get"]}]})";
  test::ManualClock clock_;
  test::TurnedAgenda agenda_{clock_};
  test::ScriptedTransport transport_;
  Metrics metrics_;
  Reach reach_;
  std::vector<std::string> told_;
  std::unique_ptr<Discovery> discovery_ = std::make_unique<Discovery>(
      OptionalKind{"gateway.networking.k8s.io", {"v1", "v1beta1"}, "referencegrants"},
      [this](const std::optional<std::string>& version) { told_.push_back(version.value_or("-")); },
      Grounds{transport_, agenda_, clock_, metrics_, [] { return 0.0; }, &reach_});
};

using Words = std::vector<std::string>;

TEST_F(Discoveries, tell_the_first_version_that_has_the_resource) {
  start();
  EXPECT_EQ(asked(), "/apis/gateway.networking.k8s.io/v1");
  transport_.answer(200, R"({"kind":"APIResourceList","resources":[{"name":"gateways"}]})");
  EXPECT_EQ(asked(), "/apis/gateway.networking.k8s.io/v1beta1");
  transport_.answer(200, served_);
  EXPECT_EQ(told_, Words{"v1beta1"});
}

// Or whoever waits for the first word would wait for ever.
TEST_F(Discoveries, tell_a_kind_that_is_absent_at_the_first_answer) {
  start();
  EXPECT_EQ(told_, Words{}) << "nothing is known yet";
  transport_.answer(404);
  EXPECT_EQ(told_, Words{}) << "of one version of two";
  transport_.answer(404);
  EXPECT_EQ(told_, Words{"-"});
}

TEST_F(Discoveries, ask_at_once_when_a_server_that_was_away_is_back) {
  start();
  for (const int wait : {800, 1600, 3200, 6400, 12800}) {
    transport_.answer(Broken{Broken::Why::Unreachable, "away"});
    EXPECT_EQ(agenda_.next_in(), Duration{wait});
    agenda_.pass(Duration{wait});
  }
  transport_.answer(Broken{Broken::Why::Unreachable, "away"});
  reach_.heard(false, clock_.now());
  agenda_.pass(Reach::kAway);
  reach_.heard(true, clock_.now());
  EXPECT_EQ(agenda_.next_in(), Duration{0});
  agenda_.turn();
  transport_.answer(200, served_);
  EXPECT_EQ(told_, Words{"v1"});
}

TEST_F(Discoveries, tell_once_and_look_again_each_minute) {
  start();
  transport_.answer(404);
  transport_.answer(404);
  EXPECT_EQ(told_, Words{"-"});
  agenda_.pass(Discovery::kAgain);
  transport_.answer(404);
  transport_.answer(404);
  EXPECT_EQ(told_, Words{"-"});
  agenda_.pass(Discovery::kAgain);
  transport_.answer(200, served_);
  agenda_.pass(Discovery::kAgain);
  transport_.answer(200, served_);
  EXPECT_EQ(told_, (Words{"-", "v1"}));
  agenda_.pass(Discovery::kAgain);
  transport_.answer(404);
  transport_.answer(404);
  EXPECT_EQ(told_, (Words{"-", "v1", "-"}));
}

TEST_F(Discoveries, keep_what_is_known_while_a_server_that_has_just_started_forbids_all) {
  start();
  transport_.answer(200, served_);
  agenda_.pass(Discovery::kAgain);
  for (int i = 0; i < 10; ++i) {
    transport_.answer(403);
    agenda_.pass(agenda_.next_in());
  }
  EXPECT_EQ(told_, Words{"v1"});
}

TEST_F(Discoveries, take_for_absent_what_is_forbidden_again_and_again) {
  start();
  for (int i = 1; i < kRefusals; ++i) {
    transport_.answer(403);
    EXPECT_EQ(told_, Words{});
    agenda_.pass(agenda_.next_in());
  }
  transport_.answer(403);
  transport_.answer(403);
  EXPECT_EQ(told_, Words{"-"});
}

TEST_F(Discoveries, change_nothing_while_the_server_is_away) {
  start();
  transport_.answer(200, served_);
  agenda_.pass(Discovery::kAgain);
  transport_.answer(Broken{Broken::Why::Unreachable, "away"});
  EXPECT_EQ(agenda_.next_in(), Duration{800});
  agenda_.pass(Duration{800});
  transport_.answer(503);
  agenda_.pass(Duration{1600});
  transport_.answer(429, "", std::chrono::seconds{9});
  EXPECT_EQ(agenda_.next_in(), std::chrono::seconds{9});
  agenda_.pass(std::chrono::seconds{9});
  transport_.answer(200, "cut");
  EXPECT_EQ(told_, Words{"v1"});
}

TEST_F(Discoveries, are_not_called_when_they_have_gone) {
  start();
  discovery_.reset();
  transport_.answer(200, served_);
  EXPECT_EQ(told_, Words{});
  EXPECT_EQ(agenda_.waiting(), 0U);
}

TEST(HasResource, reads_names_of_resources_only) {
  EXPECT_EQ(has_resource(R"({"resources":[{"name":"a"},{"name":"b"}]})", "b"), true);
  EXPECT_EQ(has_resource(R"({"resources":[{"kind":"b"},{"x":{"name":"b"}}],"name":"b"})", "b"),
            false);
  EXPECT_EQ(has_resource(R"({"other":[{"name":"b"}]})", "b"), false);
  EXPECT_EQ(has_resource(R"({"resources":null})", "b"), false);
  EXPECT_EQ(has_resource(R"({"resources":[{"name":"b"})", "b"), std::nullopt);
  EXPECT_EQ(has_resource("404 page not found", "b"), std::nullopt);
}

}  // namespace
}  // namespace postern::kube
