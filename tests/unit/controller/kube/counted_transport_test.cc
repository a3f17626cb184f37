#include "controller/kube/counted_transport.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "tests/support/manual_clock.h"
#include "tests/support/shown_metrics.h"

namespace postern::kube {
namespace {

// Keeps what it is given.
class Kept final : public Transport {
 public:
  void ask(Request, Done done) override { answer = std::move(done); }
  std::unique_ptr<Flow> open(Request, FlowReader reader) override {
    flow = std::move(reader);
    return nullptr;
  }
  Done answer;
  FlowReader flow;
};

class Counting : public testing::Test {
 protected:
  [[nodiscard]] double requests(const char* code, const char* method) const {
    return test::shown(metrics_, "rest_client_requests_total",
                       {{"code", code}, {"method", method}});
  }
  [[nodiscard]] double connected() const {
    return test::shown(metrics_, "postern_apiserver_connected");
  }

  test::ManualClock clock_;
  Metrics metrics_;
  Kept kept_;
  CountedTransport transport_{kept_, clock_, metrics_};
};

TEST_F(Counting, tells_answers_by_code_and_method_and_how_long_they_took) {
  Request request;
  request.method = "PATCH";
  int status = 0;
  transport_.ask(request, [&](auto outcome) { status = outcome->head.status; });
  EXPECT_EQ(connected(), 0);
  clock_.pass(Duration{20});
  kept_.answer(Reply{{409, {}}, ""});
  EXPECT_EQ(status, 409);
  EXPECT_EQ(requests("409", "PATCH"), 1);
  EXPECT_EQ(connected(), 1);
  EXPECT_DOUBLE_EQ(test::shown(metrics_, "rest_client_request_duration_seconds_sum"), 0.02);
}

TEST_F(Counting, tells_that_nobody_answers) {
  transport_.ask({}, [](const auto&) {});
  kept_.answer(Fail<Broken>(Broken{}));
  EXPECT_EQ(requests("<error>", "GET"), 1);
  EXPECT_EQ(connected(), 0);
}

TEST_F(Counting, counts_a_flow_once_when_its_head_is_there) {
  int heads = 0;
  int ends = 0;
  static_cast<void>(
      transport_.open({}, {[&](const Head&) { ++heads; }, {}, [&](const auto&) { ++ends; }}));
  kept_.flow.on_head({200, {}});
  EXPECT_EQ(requests("200", "GET"), 1);
  kept_.flow.on_end(Broken{});
  EXPECT_EQ(requests("<error>", "GET"), 0);
  EXPECT_EQ(heads, 1);
  EXPECT_EQ(ends, 1);
}

TEST_F(Counting, counts_a_flow_that_never_began) {
  static_cast<void>(transport_.open({}, {}));
  kept_.flow.on_end(Broken{});
  EXPECT_EQ(requests("<error>", "GET"), 1);
}

TEST_F(Counting, may_be_gone_when_the_answer_comes) {
  auto other = std::make_unique<CountedTransport>(kept_, clock_, metrics_);
  other->ask({}, [](const auto&) {});
  other.reset();
  kept_.answer(Reply{{200, {}}, ""});
  EXPECT_EQ(requests("200", "GET"), 1);
}

}  // namespace
}  // namespace postern::kube
