#include "proxy/adopt/dependants.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace postern::adopt {
namespace {

using config::ResourceKey;
using config::ResourceType;

ResourceKey server_key(int number) { return {ResourceType::Server, "s" + std::to_string(number)}; }
ResourceKey secret_key(int number) { return {ResourceType::Secret, "k" + std::to_string(number)}; }

TEST(Dependants, tells_in_order_who_names_a_resource) {
  Dependants dependants;
  for (const int number : {2, 0, 1}) dependants.change(server_key(number), {}, {secret_key(0)});
  EXPECT_EQ(dependants.of(secret_key(0)),
            (std::vector{server_key(0), server_key(1), server_key(2)}));
  EXPECT_TRUE(dependants.of(secret_key(1)).empty());
}

TEST(Dependants, counts_whoever_names_a_resource_twice_once) {
  Dependants dependants;
  for (int times = 0; times < 2; ++times) {
    dependants.change(server_key(0), {}, {secret_key(0)});
    dependants.change(server_key(1), {}, {secret_key(0)});
  }
  EXPECT_EQ(dependants.of(secret_key(0)).size(), 2U);
  dependants.change(server_key(0), {secret_key(0)}, {});
  dependants.change(server_key(0), {secret_key(0)}, {});
  EXPECT_EQ(dependants.of(secret_key(0)), std::vector{server_key(1)});
}

// What it says is what a plain table would say, whatever comes and goes.
TEST(Dependants, says_what_a_plain_table_would) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same each time
  const auto below = [&](int limit) { return static_cast<int>(random() % limit); };
  Dependants dependants;
  std::map<ResourceKey, Needs> plain;
  for (int round = 0; round < 2000; ++round) {
    const ResourceKey who = server_key(below(6));
    Needs now;
    for (int i = below(4); i > 0; --i) now.insert(secret_key(below(5)));
    dependants.change(who, plain[who], now);
    plain[who] = now;
    for (int number = 0; number < 5; ++number) {
      std::vector<ResourceKey> expected;
      for (const auto& [key, needs] : plain) {
        if (needs.contains(secret_key(number))) expected.push_back(key);
      }
      ASSERT_EQ(dependants.of(secret_key(number)), expected) << round;
    }
  }
}

}  // namespace
}  // namespace postern::adopt
