#include "common/base/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "common/base/tallies.h"

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
  EXPECT_EQ(&first, &metrics.counter("c_total", "C.", {{"n", "0"}}));
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "postern_series_refused_total 10"));
  EXPECT_TRUE(has_line(text, "c_total{n=\"other\"} 10"));
  // Two comments a family, the other one and the refused ones.
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20'000 + 4 + 2);
}

TEST(Metrics, add_up_what_several_threads_have_counted_in_tallies_of_their_own) {
  Metrics metrics;
  Tallies& one = metrics.tallies();
  Tallies& two = metrics.tallies();
  one.counter("c_total", "C.", {{"a", "1"}, {"b", "2"}}).add(3);
  two.counter("c_total", "C.", {{"b", "2"}, {"a", "1"}}).add(4);
  one.gauge("g", "G.").set(5);
  two.gauge("g", "G.").add(-1);
  metrics.gauge("g", "G.").set(10);
  one.histogram("h_seconds", "H.").observe(std::chrono::microseconds(100));
  two.histogram("h_seconds", "H.").observe(std::chrono::milliseconds(3));
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "c_total{a=\"1\",b=\"2\"} 7")) << text;
  EXPECT_TRUE(has_line(text, "g 14")) << text;
  EXPECT_TRUE(has_line(text, "h_seconds_bucket{le=\"0.0001\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "h_seconds_bucket{le=\"+Inf\"} 2")) << text;
  EXPECT_TRUE(has_line(text, "h_seconds_count 2")) << text;
}

TEST(Metrics, bound_the_series_of_all_tallies_together) {
  Metrics metrics;
  for (int thread = 0; thread < 2; ++thread) {
    Tallies& tallies = metrics.tallies();
    for (int i = 0; i < 10'005; ++i) {
      tallies.counter("c_total", "C.", {{"n", std::to_string(thread * 20'000 + i)}}).add();
    }
  }
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "postern_series_refused_total 10"));
  EXPECT_TRUE(has_line(text, "c_total{n=\"other\"} 10"));
}

TEST(Tallies, count_into_nothing_beyond_their_bound) {
  Metrics metrics;
  Tallies& tallies = metrics.tallies();
  for (std::size_t i = 0; i < Tallies::kMostSeries; ++i) {
    (void)tallies.gauge("g", "G.", {{"n", std::to_string(i)}});
  }
  tallies.counter("c_total", "C.").add();
  EXPECT_EQ(tallies.refused(), 1U);
  const std::string text = metrics.text();
  EXPECT_EQ(text.find("c_total"), std::string::npos);
  EXPECT_TRUE(has_line(text, "postern_series_refused_total 1"));
}

TEST(Metrics, look_at_what_is_not_counted_at_each_scrape) {
  Metrics metrics;
  int looks = 0;
  metrics.gauge_of("version_info", "V.", [&] {
    ++looks;
    return std::vector<Seen>{{{{"version", std::to_string(looks)}}, 1}};
  });
  EXPECT_TRUE(has_line(metrics.text(), "version_info{version=\"1\"} 1"));
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "version_info{version=\"2\"} 1"));
  EXPECT_EQ(text.find("version=\"1\""), std::string::npos);
}

TEST(Metrics, look_at_what_grows_as_a_counter) {
  Metrics metrics;
  metrics.counter_of("cpu_seconds_total", "C.", [] { return std::vector<Seen>{{{}, 1.25}}; });
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "# TYPE cpu_seconds_total counter")) << text;
  EXPECT_TRUE(has_line(text, "cpu_seconds_total 1.25")) << text;
}

// The scrape stands still in the middle until the worker has counted: were there a lock that both
// take, neither would come further.
TEST(Metrics, a_scrape_holds_nobody_up_who_counts_in_tallies) {
  Metrics metrics;
  Tallies& tallies = metrics.tallies();
  std::latch scraping(1);
  std::latch counted(1);
  metrics.gauge_of("g", "G.", [&] {
    scraping.count_down();
    counted.wait();
    return std::vector<Seen>();
  });
  std::thread worker([&] {
    scraping.wait();
    for (int i = 0; i < 100; ++i) {
      tallies.counter("c_total", "C.", {{"n", std::to_string(i)}}).add();
    }
    counted.count_down();
  });
  (void)metrics.text();
  worker.join();
}

TEST(Metrics, a_scrape_beside_a_thread_that_counts_sees_only_whole_series) {
  Metrics metrics;
  Tallies& tallies = metrics.tallies();
  std::atomic<bool> done{false};
  std::thread worker([&] {
    for (int i = 0; i < 3000; ++i) {
      tallies.counter("c_total", "C.", {{"n", std::to_string(i)}}).add();
    }
    done = true;
  });
  while (!done) (void)metrics.text();
  worker.join();
  const std::string text = metrics.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3000 + 2 + 3);
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
