#include "proxy/adopt/adoption.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {
namespace {

// Workers that keep what they are handed, and two listeners on ports of the system's choice.
class AdoptionTest : public ::testing::Test {
 protected:
  Outcome apply(Update update) {
    std::optional<Outcome> outcome;
    adoption_.apply(std::move(update), [&](Outcome came) { outcome = std::move(came); });
    EXPECT_TRUE(outcome.has_value());
    return outcome.value_or(Outcome{});
  }
  static Update first() {
    return {"v1",
            {resource("ns/k", "1", good_pair("a.example")), resource("a", "1", server_with("ns/k")),
             resource("0", "1", listener_of({"a"}))},
            {},
            false};
  }
  HandToWorker worker(std::size_t index) {
    return [this, index](Handover handover, const std::function<void()>& adopted) {
      handed_[index].push_back(std::move(handover));
      adopted();
    };
  }

  std::vector<Handover> handed_[2];
  Adoption adoption_{Binding{{IpAddress::v4({127, 0, 0, 1})}, 0}, {worker(0), worker(1)}};
};

TEST_F(AdoptionTest, every_worker_gets_the_snapshot_and_a_socket_of_its_own) {
  EXPECT_EQ(apply(first()).state, State::Active);
  ASSERT_EQ(handed_[0].size(), 1U);
  ASSERT_EQ(handed_[1].size(), 1U);
  EXPECT_EQ(handed_[0][0].prepared, handed_[1][0].prepared);
  ASSERT_EQ(handed_[0][0].opened.size(), 1U);
  EXPECT_NE(handed_[0][0].opened[0].socket.fd(), handed_[1][0].opened[0].socket.fd());
  EXPECT_EQ(handed_[0][0].opened[0].socket.local(), handed_[1][0].opened[0].socket.local());
  EXPECT_EQ(adoption_.version(), "v1");
  EXPECT_EQ(adoption_.held().size(), 3U);
}

TEST_F(AdoptionTest, an_open_port_is_not_opened_again) {
  (void)apply(first());
  (void)apply({"v2", {resource("a", "2", server_with("ns/k"))}, {}, false});
  ASSERT_EQ(handed_[0].size(), 2U);
  EXPECT_TRUE(handed_[0][1].opened.empty());
  EXPECT_EQ(adoption_.listeners().size(), 1U);
}

TEST_F(AdoptionTest, a_removed_port_is_closed_by_every_worker) {
  (void)apply(first());
  (void)apply({"v2", {}, {{config::ResourceType::Listener, "0"}}, false});
  EXPECT_EQ(handed_[1].back().closed, std::vector<std::uint16_t>{0});
  EXPECT_TRUE(adoption_.listeners().empty());
}

TEST_F(AdoptionTest, a_port_in_use_is_told_and_the_rest_goes_on) {
  const auto taken = net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1);
  ASSERT_TRUE(taken.has_value());
  const std::uint16_t port = taken->front().local().port;
  Update update = first();
  update.upserts.push_back(resource(std::to_string(port), "1", listener_of({"a"}, port)));
  const Outcome outcome = apply(std::move(update));
  EXPECT_EQ(outcome.state, State::PartiallyActive);
  ASSERT_EQ(outcome.errors.size(), 1U);
  EXPECT_EQ(outcome.errors[0].code, ErrorCode::BindFailed);
  EXPECT_TRUE(outcome.errors[0].retryable);
  EXPECT_EQ(adoption_.listeners().size(), 1U);
}

TEST_F(AdoptionTest, a_refused_resource_leaves_the_running_one_in_what_is_held) {
  (void)apply(first());
  const Outcome outcome = apply({"v2", {resource("ns/k", "2", bad_pair())}, {}, false});
  EXPECT_EQ(outcome.state, State::Rejected);
  for (const HeldResource& held : adoption_.held()) EXPECT_EQ(held.version, "1");
}

TEST_F(AdoptionTest, a_full_state_drops_what_it_does_not_name) {
  (void)apply(first());
  (void)apply({"v2", {}, {}, true});
  EXPECT_TRUE(adoption_.held().empty());
}

}  // namespace
}  // namespace postern::adopt::test
