#include "proxy/control/load_report.h"

#include <gtest/gtest.h>

namespace postern::control {
namespace {

LoadCounts mk_counts(std::uint32_t first, std::uint32_t second) {
  return {{}, {{"mailbox", "pod-0", first, 0}, {"mailbox", "pod-1", second, 0}}};
}

TEST(LoadReports, name_only_endpoints_that_changed) {
  LoadReports reports;
  EXPECT_EQ(reports.message(mk_counts(1, 1), {}).load().endpoints_size(), 2);
  const auto second = reports.message(mk_counts(1, 2), {});
  ASSERT_EQ(second.load().endpoints_size(), 1);
  EXPECT_EQ(second.load().endpoints(0).endpoint(), "pod-1");
  EXPECT_EQ(second.load().endpoints(0).sessions(), 2U);
  EXPECT_EQ(reports.message(mk_counts(1, 2), {}).load().endpoints_size(), 0);
}

TEST(LoadReports, name_all_to_another_controller) {
  LoadReports reports;
  static_cast<void>(reports.message(mk_counts(1, 1), {}));
  reports.forget();
  EXPECT_EQ(reports.message(mk_counts(1, 1), {}).load().endpoints_size(), 2);
}

TEST(LoadReports, name_an_endpoint_that_comes_back) {
  LoadReports reports;
  static_cast<void>(reports.message(mk_counts(1, 1), {}));
  static_cast<void>(reports.message({}, {}));
  EXPECT_EQ(reports.message(mk_counts(1, 1), {}).load().endpoints_size(), 2);
}

TEST(LoadReports, carry_the_time_of_the_count) {
  LoadReports reports;
  const WallTime now(std::chrono::milliseconds(1'800'000'000'250));
  const auto message = reports.message({}, now);
  EXPECT_EQ(message.load().time().seconds(), 1'800'000'000);
  EXPECT_EQ(message.load().time().nanos(), 250'000'000);
}

}  // namespace
}  // namespace postern::control
