// An adoption with two workers and a clock that stands still, on the loopback addresses.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/proxy/adopt/fake_lanes.h"
#include "tests/unit/proxy/adopt/recording_log.h"
#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {

inline IpAddress loopback(std::uint8_t last = 1) { return IpAddress::v4({127, 0, 0, last}); }

class AdoptionTest : public ::testing::Test {
 protected:
  // What was said of one update, in order.
  using Said = std::shared_ptr<std::vector<Outcome>>;

  Said apply(Update update) {
    auto said = std::make_shared<std::vector<Outcome>>();
    adoption_.apply(std::move(update), [said](Outcome outcome) { said->push_back(outcome); });
    return said;
  }
  // Everybody does what he can, until nothing is left.
  void settle() {
    for (int i = 0; i < 6; ++i) {
      tasks_.run();
      for (FakeWorker& worker : workers_) {
        worker.take_all();
        worker.shut();
      }
    }
    tasks_.run();
  }
  Outcome settled(Update update) {
    const Said said = apply(std::move(update));
    settle();
    EXPECT_EQ(said->size(), 1U);
    return said->empty() ? Outcome{} : said->front();
  }
  void pass(Duration duration) {
    clock_.pass(duration);
    tasks_.run();
  }
  static Update first() {
    return {"v1",
            {secret("ns/k", "1", good_pair("a.example")), resource("a", "1", server_with("ns/k")),
             resource("0", "1", listener_of({"a"}))},
            {},
            false};
  }
  static Update only(config::Resource upsert, std::string version = "v2") {
    return {std::move(version), {std::move(upsert)}, {}, false};
  }
  static Update without(config::ResourceKey key) { return {"v2", {}, {std::move(key)}, false}; }
  [[nodiscard]] std::uint16_t port_of(std::size_t listener) const {
    return adoption_.listeners().at(listener).address.port;
  }

  postern::test::ManualClock clock_;
  RecordingLog log_;
  Metrics metrics_;
  Tasks tasks_{clock_};
  FakeWorker workers_[2];
  std::vector<ChangeStep> steps_;
  Adoption adoption_{
      Binding{{loopback()}, 0},
      {workers_[0].hand(), workers_[1].hand()},
      {log_, metrics_, clock_,
       [this](Duration after, std::function<void()> task) { tasks_.post(after, std::move(task)); },
       [this](ChangeStep step) { steps_.push_back(step); }}};
};

}  // namespace postern::adopt::test
