#include "proxy/quota/place.h"

#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace postern::quota {
namespace {

Visitor visitor(const char* client, std::string_view server = "mail/example") {
  return {server, 993, *IpAddress::parse(client)};
}

VisitorLimits limits() {
  VisitorLimits limits;
  limits.server.max_connections_before_login = 0;
  return limits;
}

TEST(Place, gives_itself_back) {
  PlaceTables tables;
  const Visitor alice = visitor("192.0.2.1");
  {
    const auto places = tables.arrive(alice, limits());
    ASSERT_TRUE(places);
    for (const Scope scope :
         {Scope::Process, Scope::Server, Scope::BeforeLogin, Scope::Source, Scope::Port}) {
      EXPECT_EQ(tables.count(scope, alice), 1U) << name_of(scope);
    }
  }
  EXPECT_EQ(tables.entries(), 0U);
}

TEST(Place, moved_counts_once) {
  PlaceTables tables;
  const Visitor alice = visitor("192.0.2.1");
  Places first = std::move(*tables.arrive(alice, limits()));
  const Places second = std::move(first);
  EXPECT_FALSE(
      first.server.held());  // NOLINT(bugprone-use-after-move): a moved place holds nothing
  EXPECT_EQ(tables.count(Scope::Server, alice), 1U);
}

TEST(Place, assigned_over_gives_the_old_one_back) {
  PlaceTables tables;
  const Visitor a = visitor("192.0.2.1");
  const Visitor b = visitor("192.0.2.2");
  Places places = std::move(*tables.arrive(a, limits()));
  places = std::move(*tables.arrive(b, limits()));
  EXPECT_EQ(tables.count(Scope::Source, a), 0U);
  EXPECT_EQ(tables.count(Scope::Source, b), 1U);
}

struct LimitCase {
  Scope scope;
  void (*set)(VisitorLimits&, std::uint32_t);
};

TEST(Place, is_had_at_every_limit_and_refused_above_it) {
  const LimitCase cases[] = {
      {Scope::Server, [](VisitorLimits& l, std::uint32_t n) { l.server.max_connections = n; }},
      {Scope::BeforeLogin,
       [](VisitorLimits& l, std::uint32_t n) { l.server.max_connections_before_login = n; }},
      {Scope::Source,
       [](VisitorLimits& l, std::uint32_t n) { l.server.max_connections_per_source = n; }},
      {Scope::Port, [](VisitorLimits& l, std::uint32_t n) { l.port = n; }},
  };
  for (const LimitCase& row : cases) {
    PlaceTables tables;
    VisitorLimits three = limits();
    row.set(three, 3);
    std::vector<Places> open;
    for (int i = 0; i < 3; ++i) {
      open.push_back(std::move(*tables.arrive(visitor("192.0.2.1"), three)));
    }
    const auto refused = tables.arrive(visitor("192.0.2.1"), three);
    ASSERT_FALSE(refused) << name_of(row.scope);
    EXPECT_EQ(refused.error().scope, row.scope);
    EXPECT_EQ(refused.error().limit, 3U);
    open.pop_back();
    EXPECT_TRUE(tables.arrive(visitor("192.0.2.1"), three)) << name_of(row.scope);
  }
}

TEST(Place, of_the_whole_process_is_bounded_too) {
  PlaceTables tables(1);
  const auto one = tables.arrive(visitor("192.0.2.1", "a/a"), limits());
  const auto two = tables.arrive(visitor("192.0.2.2", "b/b"), limits());
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().scope, Scope::Process);
}

TEST(Place, of_the_whole_process_is_bounded_by_the_lesser_of_two_limits) {
  VisitorLimits one = limits();
  one.process = 1;
  for (const std::uint32_t own : {0U, 9U}) {
    PlaceTables tables(own);
    const auto first = tables.arrive(visitor("192.0.2.1"), one);
    ASSERT_TRUE(first);
    const auto second = tables.arrive(visitor("192.0.2.2"), one);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().scope, Scope::Process);
    EXPECT_TRUE(tables.arrive(visitor("192.0.2.2"), limits()));
  }
  PlaceTables small(1);
  one.process = 9;
  const auto first = small.arrive(visitor("192.0.2.1"), one);
  EXPECT_FALSE(small.arrive(visitor("192.0.2.2"), one));
}

TEST(Place, refused_leaves_no_other_place_behind) {
  PlaceTables tables;
  VisitorLimits one = limits();
  one.server.max_connections_per_source = 1;
  const auto held = tables.arrive(visitor("192.0.2.1"), one);
  ASSERT_TRUE(held);
  EXPECT_FALSE(tables.arrive(visitor("192.0.2.1"), one));
  EXPECT_EQ(tables.count(Scope::Server, visitor("192.0.2.1")), 1U);
  EXPECT_EQ(tables.count(Scope::Process, visitor("192.0.2.1")), 1U);
}

TEST(Place, before_login_is_free_once_he_is_in) {
  PlaceTables tables;
  VisitorLimits one = limits();
  one.server.max_connections_before_login = 1;
  Places in = std::move(*tables.arrive(visitor("192.0.2.1"), one));
  EXPECT_FALSE(tables.arrive(visitor("192.0.2.2"), one));
  in.before_login.release();
  EXPECT_TRUE(tables.arrive(visitor("192.0.2.2"), one));
  EXPECT_EQ(tables.count(Scope::Server, visitor("192.0.2.1")), 1U);
}

TEST(Place, of_an_ipv6_source_is_its_64) {
  PlaceTables tables;
  VisitorLimits one = limits();
  one.server.max_connections_per_source = 1;
  const auto held = tables.arrive(visitor("2001:db8:1:1::1"), one);
  EXPECT_FALSE(tables.arrive(visitor("2001:db8:1:1:ffff::2"), one));
  EXPECT_TRUE(tables.arrive(visitor("2001:db8:1:2::1"), one));
}

TEST(Place, of_one_48_is_bounded_by_sixteen_sources) {
  PlaceTables tables;
  VisitorLimits one = limits();
  one.server.max_connections_per_source = 1;
  std::vector<Places> open;
  for (int i = 0; i < 16; ++i) {
    open.push_back(
        std::move(*tables.arrive(visitor(fmt::format("2001:db8:1:{:x}::1", i).c_str()), one)));
  }
  const auto refused = tables.arrive(visitor("2001:db8:1:ff::1"), one);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().scope, Scope::SourceNet);
  EXPECT_TRUE(tables.arrive(visitor("2001:db8:2:1::1"), one));
}

TEST(Place, of_one_tenant_is_not_taken_from_another) {
  PlaceTables tables;
  VisitorLimits one = limits();
  one.server.max_connections_per_source = 1;
  const auto held = tables.arrive(visitor("192.0.2.1", "a/a"), one);
  EXPECT_TRUE(tables.arrive(visitor("192.0.2.1", "b/b"), one));
}

TEST(Place, goes_over_to_the_tenant_that_tls_names) {
  PlaceTables tables;
  const Visitor oldest = visitor("192.0.2.1", "a/a");
  const Visitor named = visitor("192.0.2.1", "b/b");
  Places places = std::move(*tables.arrive(oldest, limits()));
  ASSERT_TRUE(tables.change_tenant(places, named, limits()));
  EXPECT_EQ(tables.count(Scope::Server, oldest), 0U);
  EXPECT_EQ(tables.count(Scope::BeforeLogin, named), 1U);
  EXPECT_EQ(tables.count(Scope::Process, named), 1U);
}

TEST(Place, stays_with_the_old_tenant_when_the_new_one_is_full) {
  PlaceTables tables;
  VisitorLimits one = limits();
  one.server.max_connections = 1;
  const auto other = tables.arrive(visitor("192.0.2.9", "b/b"), one);
  Places places = std::move(*tables.arrive(visitor("192.0.2.1", "a/a"), one));
  const auto refused = tables.change_tenant(places, visitor("192.0.2.1", "b/b"), one);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().scope, Scope::Server);
  EXPECT_EQ(tables.count(Scope::Server, visitor("192.0.2.1", "a/a")), 1U);
  EXPECT_EQ(tables.count(Scope::Server, visitor("192.0.2.1", "b/b")), 1U);
}

TEST(Place, counts_stay_exact_under_many_workers) {
  PlaceTables tables;
  VisitorLimits some = limits();
  some.server.max_connections = 40;
  const auto work = [&](std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<Places> open;
    for (int i = 0; i < 20'000; ++i) {
      if (open.empty() || random() % 2 == 0) {
        const std::string client = fmt::format("192.0.2.{}", random() % 50);
        if (auto places = tables.arrive(visitor(client.c_str()), some)) {
          open.push_back(std::move(*places));
        }
      } else {
        std::swap(open[random() % open.size()], open.back());
        open.pop_back();
      }
    }
  };
  std::vector<std::thread> workers;
  for (std::uint32_t i = 0; i < 4; ++i) workers.emplace_back(work, i);
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(tables.entries(), 0U);
}

}  // namespace
}  // namespace postern::quota
