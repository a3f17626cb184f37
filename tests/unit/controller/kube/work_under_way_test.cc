#include "controller/kube/work_under_way.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "controller/kube/status_writer.h"
#include "tests/support/shown_metrics.h"
#include "tests/support/turned_agenda.h"
#include "tests/unit/controller/kube/answering_transport.h"

namespace postern::kube {
namespace {

using namespace std::chrono_literals;

class WorkUnderWayTest : public testing::Test {
 protected:
  [[nodiscard]] double unfinished() const {
    return test::shown(metrics_, "workqueue_unfinished_work_seconds", {{"name", "status"}});
  }
  [[nodiscard]] double longest() const {
    return test::shown(metrics_, "workqueue_longest_running_processor_seconds",
                       {{"name", "status"}});
  }
  [[nodiscard]] double ended(const char* what) const {
    return test::shown(metrics_, std::string("workqueue_work_duration_seconds_") + what,
                       {{"name", "status"}});
  }

  test::ManualClock clock_;
  Metrics metrics_;
};

TEST_F(WorkUnderWayTest, is_told_together_and_of_the_longest) {
  WorkUnderWay work(metrics_, clock_, "status");
  EXPECT_EQ(unfinished(), 0);
  const Instant first = clock_.now();
  work.begin(first);
  clock_.pass(3s);
  work.begin(clock_.now());
  clock_.pass(2s);
  EXPECT_EQ(unfinished(), 7);
  EXPECT_EQ(longest(), 5);
  work.end(first);
  EXPECT_EQ(unfinished(), 2);
  EXPECT_EQ(longest(), 2);
  EXPECT_EQ(ended("count"), 1);
  EXPECT_EQ(ended("sum"), 5);
}

TEST_F(WorkUnderWayTest, that_nobody_waits_for_is_none) {
  WorkUnderWay work(metrics_, clock_, "status");
  work.begin(clock_.now());
  work.clear();
  clock_.pass(9s);
  EXPECT_EQ(unfinished(), 0);
  EXPECT_EQ(ended("count"), 0);
}

TEST_F(WorkUnderWayTest, of_a_queue_that_is_gone_is_none) {
  std::optional<WorkUnderWay> work(std::in_place, metrics_, clock_, "status");
  work->begin(clock_.now());
  work.reset();
  clock_.pass(9s);
  EXPECT_EQ(longest(), 0);
}

TEST_F(WorkUnderWayTest, of_the_status_writer_is_what_the_server_has_not_answered) {
  test::TurnedAgenda agenda{clock_};
  AnsweringTransport api;
  const auto log = make_null_log();
  StatusWriter writer{{api, agenda, clock_, *log, metrics_}, {}};
  writer.open();
  for (const char* name : {"a", "b"}) {
    writer.put({.key = name, .target = "/", .body = R"({"status":{"x":1}})"});
  }
  clock_.pass(4s);
  EXPECT_EQ(unfinished(), 8);
  EXPECT_EQ(longest(), 4);
  api.answer(200);
  EXPECT_EQ(unfinished(), 4);
  EXPECT_EQ(ended("sum"), 4);
  writer.close();
  EXPECT_EQ(longest(), 0);
}

}  // namespace
}  // namespace postern::kube
