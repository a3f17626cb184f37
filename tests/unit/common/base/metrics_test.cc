#include "common/base/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace postern {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, show_help_type_and_values_as_text) {
  Metrics metrics;
  metrics.counter("postern_logins_total", "Logins.", {{"result", "ok"}, {"protocol", "imap"}})
      .add(3);
  metrics.gauge("postern_sessions", "Sessions now.").set(-2);
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "# HELP postern_logins_total Logins.")) << text;
  EXPECT_TRUE(has_line(text, "# TYPE postern_logins_total counter")) << text;
  EXPECT_TRUE(has_line(text, "postern_logins_total{protocol=\"imap\",result=\"ok\"} 3")) << text;
  EXPECT_TRUE(has_line(text, "# TYPE postern_sessions gauge")) << text;
  EXPECT_TRUE(has_line(text, "postern_sessions -2")) << text;
}

TEST(Metrics, escape_label_values) {
  Metrics metrics;
  metrics.counter("c_total", "C.", {{"l", "a\"b\\c\nd"}}).add();
  EXPECT_TRUE(has_line(metrics.text(), "c_total{l=\"a\\\"b\\\\c\\nd\"} 1")) << metrics.text();
}

TEST(Metrics, give_the_same_series_for_the_same_labels_in_any_order) {
  Metrics metrics;
  Counter& one = metrics.counter("c_total", "C.", {{"a", "1"}, {"b", "2"}});
  Counter& same = metrics.counter("c_total", "C.", {{"b", "2"}, {"a", "1"}});
  Counter& other = metrics.counter("c_total", "C.", {{"a", "1"}, {"b", "3"}});
  EXPECT_EQ(&one, &same);
  EXPECT_NE(&one, &other);
}

TEST(Metrics, refuse_and_count_series_beyond_twenty_thousand) {
  Metrics metrics;
  Counter& first = metrics.counter("c_total", "C.", {{"n", "0"}});
  for (int i = 1; i < 20'010; ++i) {
    metrics.counter("c_total", "C.", {{"n", std::to_string(i)}}).add();
  }
  const std::uint64_t refused = metrics.counter("postern_series_refused_total", "").value();
  EXPECT_EQ(refused, 11U);  // the counter of refused series is one of the twenty thousand
  EXPECT_EQ(&first, &metrics.counter("c_total", "C.", {{"n", "0"}}));
  const std::string text = metrics.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20'000 + 4);
}

TEST(Metrics, name_themselves_in_order) {
  Metrics metrics;
  static_cast<void>(metrics.gauge("b", "B."));
  static_cast<void>(metrics.counter("a_total", "A."));
  const auto names = metrics.names();
  ASSERT_EQ(names.size(), 3U);
  EXPECT_EQ(names[0], std::make_pair(std::string("a_total"), std::string("A.")));
  EXPECT_EQ(names[1].first, "b");
}

TEST(Metrics, count_times_into_buckets_that_hold_all_below_them) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("postern_wait_seconds", "A wait.", {{"of", "test"}});
  histogram.observe(std::chrono::microseconds(500));
  histogram.observe(std::chrono::milliseconds(10));  // a bound is in its own bucket
  histogram.observe(std::chrono::minutes(1));
  const std::string text = metrics.text();
  EXPECT_NE(text.find("postern_wait_seconds_count{of=\"test\"} 3"), std::string::npos) << text;
  EXPECT_NE(text.find("le=\"0.001\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("le=\"0.005\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("le=\"0.01\"} 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("le=\"30\"} 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("le=\"+Inf\"} 3\n"), std::string::npos) << text;
  EXPECT_NEAR(histogram.sum_seconds(), 60.0105, 1e-9);
}

TEST(MetricsDeath, end_the_process_when_a_counter_is_asked_for_as_a_gauge) {
  Metrics metrics;
  static_cast<void>(metrics.counter("a_total", "A."));
  EXPECT_DEATH(static_cast<void>(metrics.gauge("a_total", "A.")), "a metric is of one kind");
}

}  // namespace
}  // namespace postern
