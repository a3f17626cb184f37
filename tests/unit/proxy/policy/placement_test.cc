#include "proxy/policy/placement.h"
#include "proxy/policy/hash_key.h"
#include "proxy/policy/routing.h"
#include "tests/support/source_dir.h"

#include <charconv>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace postern::policy {
namespace {

SipKey seed_of(std::string_view text) {
  const Sha256 digest = sha256(text);
  SipKey seed{};
  std::copy_n(digest.begin(), seed.size(), seed.begin());
  return seed;
}

SipKey hosting_seed() { return seed_of(std::string_view("postern/1\0default\0mail\0hosting", 30)); }

struct Group {
  std::vector<std::string> names;
  std::vector<Member> members;
};

// Members point into names, so a group is filled in place and never copied.
void fill(Group& group, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) group.names.push_back(fmt::format("dovecot-{}", i));
  for (const std::string& name : group.names) group.members.push_back({name, 1});
}

std::string user(int i) { return fmt::format("user{}@example.com", i); }

// Rows of the table below `heading` in docs/placement.md, without backticks.
std::vector<std::vector<std::string>> published(const std::string& heading) {
  std::ifstream file(std::string(postern::test::kSourceDir) + "/docs/placement.md");
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) inside = line == "### " + heading;
    if (!inside || !line.starts_with("| `")) continue;
    std::erase(line, '`');
    std::vector<std::string> cells;
    std::istringstream cut(line.substr(1));
    for (std::string cell; std::getline(cut, cell, '|');) {
      cells.push_back(cell.substr(1, cell.size() - 2));
    }
    rows.push_back(cells);
  }
  return rows;
}

std::uint64_t number(const std::string& text, int base) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

std::string order_of(const std::vector<Member>& members, std::string_view name) {
  std::string out;
  for (const std::size_t i : rank(hosting_seed(), members, name)) {
    if (!out.empty()) out += ' ';
    out += members[i].id;
  }
  return out;
}

// Through a rule, as a session asks.
std::string share(std::uint32_t old_weight, std::uint32_t new_weight, const std::string& name) {
  config::Server server;
  server.protocols.emplace_back().backends = {"mail/hosting/v23", "mail/hosting/v24"};
  server.routing.seed = hosting_seed();
  server.routing.rules = {
      {"canary", {}, {{"mail/hosting/v23", old_weight}, {"mail/hosting/v24", new_weight}}}};
  Facts facts;
  facts.server = "mail/hosting";
  facts.mailbox = name;
  const auto routed = route({server}, facts);
  return routed ? std::string(backend_word(routed->backend)) : "nowhere";
}

TEST(Placement, shares_of_backends_are_the_published_ones) {
  const auto rows = published("Shares");
  ASSERT_EQ(rows.size(), 8U);
  for (const auto& row : rows) {
    EXPECT_EQ(share(70, 30, row[0]), row[1]) << row[0];
    EXPECT_EQ(share(50, 50, row[0]), row[2]) << row[0];
  }
}

TEST(Placement, logarithms_are_the_published_ones) {
  const auto rows = published("Logarithms");
  ASSERT_EQ(rows.size(), 10U);
  for (const auto& row : rows) {
    EXPECT_EQ(minus_log2(number(row[0], 16)), number(row[1], 10)) << row[0];
  }
}

TEST(Placement, table_of_logarithms_has_the_published_digest) {
  std::string octets;
  for (const std::uint32_t entry : log2_table()) {
    for (const int shift : {24, 16, 8, 0}) octets += static_cast<char>((entry >> shift) & 0xFF);
  }
  ASSERT_EQ(octets.size(), 4U * 4096);
  EXPECT_EQ(hex(sha256(octets)),
            "8447a9bc81e53e96984d48cd8a0ac307308765eab92eb0b813e7beb1898cd65e");
}

TEST(Placement, orders_of_equal_members_are_the_published_ones) {
  ASSERT_EQ(hex(hosting_seed()), "d55cb9c56a6f52b90d9342ed03ac9409");
  const auto rows = published("Five equal members");
  ASSERT_EQ(rows.size(), 8U);
  Group group;
  fill(group, 5);
  for (const auto& row : rows) {
    const std::string hashed = "dovecot-0" + std::string(1, '\0') + row[0];
    EXPECT_EQ(siphash24(hosting_seed(), hashed), number(row[1], 16)) << row[0];
    EXPECT_EQ(order_of(group.members, row[0]), row[2]) << row[0];
  }
}

TEST(Placement, orders_of_weighted_members_are_the_published_ones) {
  const auto rows = published("Weights");
  ASSERT_EQ(rows.size(), 8U);
  const std::vector<Member> members = {{"old", 3}, {"new", 1}, {"spare", 0}};
  for (const auto& row : rows) EXPECT_EQ(order_of(members, row[0]), row[1]) << row[0];
}

// "Domain of alice@example.com", "Source of 192.0.2.7".
std::string hashed_of(const std::string& what) {
  const std::size_t of = what.find(" of ");
  const std::string from = what.substr(of + 4);
  if (what.starts_with("Domain")) return hashed_text(config::HashKey::Domain, from, {});
  return hashed_text(config::HashKey::Source, "", *IpAddress::parse(from));
}

TEST(Placement, what_is_hashed_instead_of_the_user_is_as_published) {
  const auto rows = published("Hash keys");
  ASSERT_EQ(rows.size(), 6U);
  Group group;
  fill(group, 5);
  for (const auto& row : rows) {
    EXPECT_EQ(hashed_of(row[1]), row[0]);
    const std::string hashed = "dovecot-0" + std::string(1, '\0') + row[0];
    EXPECT_EQ(siphash24(hosting_seed(), hashed), number(row[2], 16)) << row[0];
    EXPECT_EQ(order_of(group.members, row[0]), row[3]) << row[0];
  }
}

// Every proxy computes these very figures, today and after a restart: they depend on nothing else.
TEST(Placement, hundred_thousand_users_over_twenty_members_are_spread_as_published) {
  Group before;
  Group after;
  fill(before, 20);
  fill(after, 21);
  std::map<std::string, std::uint64_t> homes;
  std::uint64_t moved = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t was = home(hosting_seed(), before.members, user(i));
    const std::size_t is = home(hosting_seed(), after.members, user(i));
    ++homes[before.names[was]];
    if (was == is) continue;
    ++moved;
    EXPECT_EQ(is, 20U) << user(i) << " moved, and not to the new member";
  }
  const auto rows = published("Spread");
  ASSERT_EQ(rows.size(), 21U);
  for (const auto& [member, users] : homes) {
    fmt::print("{:<12}{:>6} users, {:+.1f} %\n", member, users,
               static_cast<double>(users) / 50 - 100);
    EXPECT_NEAR(static_cast<double>(users), 5'000, 250) << member << ": within 5 %";
  }
  fmt::print("a 21st member: {} users move, 1/{:.2f}\n", moved,
             100'000.0 / static_cast<double>(moved));
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(homes[rows[i][0]], number(rows[i][1], 10));
  EXPECT_EQ(moved, number(rows[20][1], 10));
  EXPECT_NEAR(static_cast<double>(moved), 100'000.0 / 21, 250);
}

TEST(Placement, home_is_the_first_of_the_ranking) {
  Group group;
  fill(group, 7);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(home(hosting_seed(), group.members, user(i)),
              rank(hosting_seed(), group.members, user(i)).front());
  }
}

TEST(Placement, logarithm_never_grows_with_the_hash) {
  std::uint64_t hash = 1;
  std::uint64_t last = minus_log2(hash);
  while (hash < (std::uint64_t{1} << 63)) {
    hash += hash / 37 + 1;
    const std::uint64_t now = minus_log2(hash);
    EXPECT_LE(now, last) << hash;
    EXPECT_GE(now, 1U);
    last = now;
  }
}

TEST(Placement, spreads_users_evenly) {
  Group group;
  fill(group, 10);
  std::vector<int> share(10);
  for (int i = 0; i < 100'000; ++i) ++share[home(hosting_seed(), group.members, user(i))];
  // 10 000 expected, standard deviation 95: five of them are 475.
  for (const int got : share) EXPECT_NEAR(got, 10'000, 475);
}

TEST(Placement, shares_follow_the_weights) {
  const std::vector<Member> members = {{"v23", 95}, {"v24", 5}};
  int canary = 0;
  for (int i = 0; i < 100'000; ++i) canary += home(hosting_seed(), members, user(i)) == 1 ? 1 : 0;
  EXPECT_NEAR(canary, 5'000, 350);  // standard deviation 69
}

TEST(Placement, new_member_takes_only_its_share_and_only_to_itself) {
  Group before;
  Group after;
  fill(before, 9);
  fill(after, 10);
  int moved = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t was = home(hosting_seed(), before.members, user(i));
    const std::size_t is = home(hosting_seed(), after.members, user(i));
    if (was == is) continue;
    ++moved;
    EXPECT_EQ(is, 9U) << user(i);
  }
  EXPECT_NEAR(moved, 10'000, 475);
}

TEST(Placement, lost_member_moves_its_users_to_their_second_and_nobody_else) {
  Group all;
  fill(all, 6);
  std::vector<Member> rest = all.members;
  rest.erase(rest.begin() + 2);
  for (int i = 0; i < 100'000; ++i) {
    const auto order = rank(hosting_seed(), all.members, user(i));
    const std::string_view expected = all.members[order[order[0] == 2 ? 1 : 0]].id;
    EXPECT_EQ(rest[home(hosting_seed(), rest, user(i))].id, expected) << user(i);
  }
}

TEST(Placement, raised_weight_moves_users_to_that_member_only) {
  std::vector<Member> members = {{"a", 1}, {"b", 1}, {"c", 1}};
  const std::vector<Member> before = members;
  members[1].weight = 4;
  int moved = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t was = home(hosting_seed(), before, user(i));
    const std::size_t is = home(hosting_seed(), members, user(i));
    if (was == is) continue;
    ++moved;
    EXPECT_EQ(is, 1U);
  }
  EXPECT_NEAR(moved, 33'333, 800);  // from 1/3 to 4/6 of all
}

TEST(Placement, order_of_writing_means_nothing) {
  Group group;
  fill(group, 8);
  std::vector<Member> turned(group.members.rbegin(), group.members.rend());
  for (int i = 0; i < 1000; ++i)
    EXPECT_EQ(order_of(group.members, user(i)), order_of(turned, user(i)));
}

TEST(Placement, another_seed_is_another_placement) {
  Group group;
  fill(group, 2);
  int equal = 0;
  for (int i = 0; i < 10'000; ++i) {
    equal += home(hosting_seed(), group.members, user(i)) ==
                     home(seed_of("another"), group.members, user(i))
                 ? 1
                 : 0;
  }
  EXPECT_NEAR(equal, 5'000, 300);
}

TEST(Placement, member_without_weight_is_chosen_only_when_all_are) {
  const std::vector<Member> some = {{"a", 0}, {"b", 1}};
  const std::vector<Member> none = {{"b", 0}, {"a", 0}};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(home(hosting_seed(), some, user(i)), 1U);
    EXPECT_EQ(none[home(hosting_seed(), none, user(i))].id, "a");
  }
}

}  // namespace
}  // namespace postern::policy
