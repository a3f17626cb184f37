#include "proxy/quota/arrival_rates.h"

#include <gtest/gtest.h>

#include "proxy/quota/place.h"

namespace postern::quota {
namespace {

using std::chrono::seconds;

constexpr Instant kStart{seconds(1000)};

TEST(ArrivalRates, let_a_minutes_worth_come_at_once_and_then_one_at_a_time) {
  ArrivalRates rates(4);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(rates.arrive(7, 6, kStart), Arrival::Within) << i;
  EXPECT_EQ(rates.arrive(7, 6, kStart), Arrival::Above);
  EXPECT_EQ(rates.arrive(7, 6, kStart + seconds(9)), Arrival::Above);
  EXPECT_EQ(rates.arrive(7, 6, kStart + seconds(10)), Arrival::Within);
  EXPECT_EQ(rates.arrive(7, 6, kStart + seconds(10)), Arrival::Above);
}

TEST(ArrivalRates, do_not_count_who_was_refused) {
  ArrivalRates rates(4);
  for (int i = 0; i < 100; ++i) (void)rates.arrive(7, 6, kStart);
  EXPECT_EQ(rates.arrive(7, 6, kStart + seconds(10)), Arrival::Within);
}

TEST(ArrivalRates, have_no_words_for_those_above_twice_the_limit) {
  ArrivalRates rates(4);
  for (int i = 0; i < 12; ++i) EXPECT_NE(rates.arrive(7, 6, kStart), Arrival::FarAbove) << i;
  EXPECT_EQ(rates.arrive(7, 6, kStart), Arrival::FarAbove);
}

TEST(ArrivalRates, are_each_sources_own) {
  ArrivalRates rates(4);
  EXPECT_EQ(rates.arrive(1, 1, kStart), Arrival::Within);
  EXPECT_EQ(rates.arrive(1, 1, kStart), Arrival::Above);
  EXPECT_EQ(rates.arrive(2, 1, kStart), Arrival::Within);
}

TEST(ArrivalRates, forget_one_that_was_somebody_elses) {
  ArrivalRates rates(4);
  EXPECT_EQ(rates.arrive(1, 1, kStart), Arrival::Within);
  rates.forget(1, 1);
  EXPECT_EQ(rates.arrive(1, 1, kStart), Arrival::Within);
  rates.forget(99, 1);
  EXPECT_EQ(rates.entries(), 1U);
}

TEST(ArrivalRates, stay_in_their_memory_whoever_comes) {
  ArrivalRates rates(16);
  for (std::uint64_t key = 1; key <= 100'000; ++key) (void)rates.arrive(key, 10, kStart);
  EXPECT_LE(rates.entries(), 16U * HistoryTable::kWays);
}

// ---- as places know them ------------------------------------------------------------------------

VisitorLimits at_most(std::uint32_t per_minute) {
  VisitorLimits limits;
  limits.server.new_connections_per_minute_per_source = per_minute;
  return limits;
}

Visitor from(const char* client, std::string_view server = "mail/example") {
  return {server, 993, *IpAddress::parse(client), {}, kStart};
}

TEST(Place, new_connections_of_a_source_are_counted_and_not_those_that_are_open) {
  PlaceTables tables;
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(tables.arrive(from("192.0.2.1"), at_most(2)));
  const auto third = tables.arrive(from("192.0.2.1"), at_most(2));
  ASSERT_FALSE(third);
  EXPECT_EQ(name_of(third.error().scope), "source_rate");
  EXPECT_EQ(tables.entries(), 0U) << "nobody is here";
  EXPECT_TRUE(tables.arrive(from("192.0.2.2"), at_most(2)));
  EXPECT_TRUE(tables.arrive(from("192.0.2.1", "mail/other"), at_most(2)));
}

TEST(Place, a_48_makes_sixteen_times_as_many_as_one_of_its_64s) {
  PlaceTables tables;
  int let_in = 0;
  for (int net = 0; net < 40; ++net) {
    const std::string client = "2001:db8:1:" + std::to_string(net) + "::1";
    let_in += tables.arrive(from(client.c_str()), at_most(1)) ? 1 : 0;
  }
  EXPECT_EQ(let_in, 16);
  const auto more = tables.arrive(from("2001:db8:1:99::1"), at_most(1));
  ASSERT_FALSE(more);
  EXPECT_EQ(name_of(more.error().scope), "source_net_rate");
  EXPECT_TRUE(tables.arrive(from("2001:db8:2::1"), at_most(1)));
}

TEST(Place, who_is_refused_for_another_reason_was_not_accepted) {
  PlaceTables tables;
  VisitorLimits limits = at_most(2);
  limits.server.max_connections_per_source = 1;
  const auto first = tables.arrive(from("192.0.2.1"), limits);
  ASSERT_TRUE(first);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(tables.arrive(from("192.0.2.1"), limits));
  limits.server.max_connections_per_source = 0;
  EXPECT_TRUE(tables.arrive(from("192.0.2.1"), limits));
}

TEST(Place, an_arrival_at_another_tenant_is_forgotten) {
  PlaceTables tables;
  auto places = tables.arrive(from("2001:db8::1"), at_most(1));
  ASSERT_TRUE(places);
  ASSERT_TRUE(tables.change_tenant(*places, from("2001:db8::1", "mail/other"), at_most(1)));
  tables.forget_arrival(from("2001:db8::1"), at_most(1).server);
  EXPECT_TRUE(tables.arrive(from("2001:db8::1"), at_most(1)));
  EXPECT_FALSE(tables.arrive(from("2001:db8::1", "mail/other"), at_most(1)));
}

}  // namespace
}  // namespace postern::quota
