#include "controller/kube/lease.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/kept_lines.h"
#include "tests/support/turned_agenda.h"
#include "tests/unit/controller/kube/answering_transport.h"

namespace postern::kube {
namespace {

using namespace std::chrono_literals;

const std::string kTarget = "/apis/coordination.k8s.io/v1/namespaces/postern/leases/l";

// A server that has one Lease.
class LeaseTest : public testing::Test {
 protected:
  // What the server would do with what was asked first.
  void serve() {
    const Request request = api_.first();
    if (request.method == "GET") {
      return stored_ ? api_.answer(200, text_of(*stored_)) : api_.answer(404);
    }
    LeaseObject written = *read_lease(request.body);
    const std::string expected = stored_ ? stored_->resource_version : std::string();
    if (written.resource_version != expected) return api_.answer(409);
    written.resource_version = std::to_string(++version_);
    stored_ = written;
    api_.answer(request.method == "POST" ? 201 : 200, text_of(written));
  }
  void serve_all() {
    while (api_.waiting() > 0) serve();
  }
  // With a server that answers at once.
  void pass(Duration duration) {
    for (Duration passed{0}; passed < duration; passed += 100ms) {
      agenda_.pass(100ms);
      serve_all();
    }
  }
  void someone_else_renews(const std::string& who = "other") {
    LeaseObject lease = stored_.value_or(LeaseObject{"postern", "l", {}, {}, 15, {}, {}, 0});
    lease.holder = who;
    lease.duration_s = 15;
    lease.resource_version = std::to_string(++version_);
    stored_ = lease;
  }

  test::ManualClock clock_;
  test::TurnedAgenda agenda_{clock_};
  AnsweringTransport api_;
  Metrics metrics_;
  test::KeptLines log_;
  std::optional<LeaseObject> stored_;
  int version_ = 0;
  std::string changes_;
  Lease lease_{{api_, agenda_, clock_, log_, metrics_, [] { return 0.0; }},
               {.space = "postern", .name = "l", .identity = "me"},
               [this](bool held) { changes_ += held ? "+" : "-"; }};
};

TEST_F(LeaseTest, takes_one_that_nobody_has_made) {
  lease_.start();
  EXPECT_EQ(api_.first_line(), "GET " + kTarget);
  serve_all();
  EXPECT_TRUE(lease_.held());
  EXPECT_EQ(changes_, "+");
  ASSERT_TRUE(stored_);
  EXPECT_EQ(stored_->holder, "me");
  EXPECT_EQ(stored_->duration_s, 15);
  EXPECT_EQ(stored_->renewed, "2027-01-15T08:00:00.000000Z");
}

TEST_F(LeaseTest, renews_it_every_two_seconds_without_a_look) {
  lease_.start();
  serve_all();
  pass(2s);
  const std::string renewed = stored_->renewed;
  agenda_.pass(2s);
  EXPECT_EQ(api_.first_line(), "PUT " + kTarget);
  serve_all();
  EXPECT_NE(stored_->renewed, renewed);
  pass(120s);
  EXPECT_EQ(changes_, "+");
  EXPECT_EQ(stored_->transitions, 0);
}

TEST_F(LeaseTest, waits_while_another_one_renews_it_whatever_the_clocks_say) {
  someone_else_renews();
  stored_->renewed = "2001-01-01T00:00:00.000000Z";
  lease_.start();
  serve_all();
  for (int i = 0; i < 10; ++i) {
    pass(5s);
    clock_.jump(std::chrono::hours(24));
    someone_else_renews();
  }
  EXPECT_EQ(changes_, "");
}

TEST_F(LeaseTest, takes_it_when_it_has_not_changed_for_its_duration) {
  someone_else_renews();
  lease_.start();
  serve_all();
  pass(14s);
  EXPECT_FALSE(lease_.held());
  pass(4s);
  EXPECT_TRUE(lease_.held());
  EXPECT_EQ(stored_->transitions, 1);
}

TEST_F(LeaseTest, takes_at_once_what_was_given_back) {
  someone_else_renews("");
  lease_.start();
  serve_all();
  EXPECT_TRUE(lease_.held());
}

TEST_F(LeaseTest, holds_it_no_more_ten_seconds_after_the_last_renewal_began) {
  lease_.start();
  serve_all();
  while (clock_.now() < Instant{std::chrono::hours{1000}} + 9s) {
    agenda_.pass(500ms);
    while (api_.waiting() > 0) api_.break_off();
  }
  EXPECT_EQ(changes_, "+");
  agenda_.pass(1s);
  EXPECT_EQ(changes_, "+-");
  EXPECT_FALSE(lease_.held());
  pass(10s);
  EXPECT_EQ(changes_, "+-+") << "it goes on campaigning";
}

TEST_F(LeaseTest, of_two_who_write_one_fails_and_stands_back) {
  lease_.start();
  serve_all();
  someone_else_renews();
  pass(3s);
  EXPECT_EQ(changes_, "+-");
  EXPECT_EQ(stored_->holder, "other");
}

TEST_F(LeaseTest, of_two_who_campaign_the_later_one_waits_without_a_complaint) {
  lease_.start();
  serve();
  someone_else_renews();
  serve();
  EXPECT_FALSE(lease_.held());
  EXPECT_EQ(log_.lines(), std::vector<std::string>{});
  pass(3s);
  EXPECT_EQ(changes_, "");
  EXPECT_EQ(stored_->holder, "other");
}

TEST_F(LeaseTest, lost_at_once_when_somebody_deletes_it_and_made_anew) {
  lease_.start();
  serve_all();
  stored_.reset();
  pass(3s);
  EXPECT_EQ(changes_, "+") << "nobody else had it";
  EXPECT_TRUE(stored_);
}

TEST_F(LeaseTest, late_alarm_does_not_keep_what_has_run_out) {
  lease_.start();
  serve_all();
  clock_.pass(11s);  // the machine slept, and nothing was turned
  EXPECT_FALSE(lease_.held());
}

TEST_F(LeaseTest, gives_it_back_when_it_ends) {
  lease_.start();
  serve_all();
  bool done = false;
  lease_.release([&] { done = true; });
  EXPECT_FALSE(done);
  serve_all();
  EXPECT_TRUE(done);
  EXPECT_EQ(stored_->holder, "");
  pass(60s);
  EXPECT_EQ(stored_->holder, "") << "it campaigns no more";
  EXPECT_EQ(changes_, "+");
}

TEST_F(LeaseTest, gives_nothing_back_that_it_never_had) {
  someone_else_renews();
  lease_.start();
  serve_all();
  bool done = false;
  lease_.release([&] { done = true; });
  EXPECT_TRUE(done);
  EXPECT_EQ(stored_->holder, "other");
}

TEST(LeaseObject, reads_what_it_writes) {
  const LeaseObject lease{"postern", "l", "7", "me", 15, "a", "b", 3};
  EXPECT_EQ(read_lease(text_of(lease)), lease);
  EXPECT_FALSE(read_lease("[]"));
  EXPECT_FALSE(read_lease("{"));
  EXPECT_FALSE(read_lease(R"({"kind":"Status","metadata":{}})"));
}

}  // namespace
}  // namespace postern::kube
