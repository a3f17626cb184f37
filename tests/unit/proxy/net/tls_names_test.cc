#include "proxy/net/tls_names.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace postern::net {
namespace {

using Listener = std::shared_ptr<const config::Listener>;

Listener mk_listener(SharedList<config::Tenant> tenants) {
  auto listener = std::make_shared<config::Listener>();
  listener->tenants = std::move(tenants);
  return listener;
}

TEST(NameTable, finds_the_exact_name_and_then_the_longest_wildcard) {
  const NameTable names(mk_listener({{"a", {"*.example.org"}},
                                     {"b", {"mail.example.org", "*.Deep.example.org"}},
                                     {"c", {"mail.example.org"}}}),
                        nullptr);
  EXPECT_EQ(names.find("mail.example.org"), 1U) << "the first that has it";
  EXPECT_EQ(names.find("other.example.org"), 0U);
  EXPECT_EQ(names.find("x.y.deep.example.org"), 1U);
  EXPECT_EQ(names.find("example.org"), std::nullopt);
  EXPECT_EQ(names.find(".example.org"), std::nullopt);
}

class Edits {
 public:
  explicit Edits(unsigned seed) : random_(seed) {}

  config::Tenant tenant() {
    config::Tenant out{"server", {}};
    for (auto left = random_() % 4; left > 0; --left) out.hostnames.push_back(name());
    return out;
  }
  std::string name() {
    static constexpr const char* kForms[] = {"", "*.", "*.b.", "C."};
    // Names in capitals are rare: a table that has one is made anew.
    const auto form = random_() % 40 == 0 ? 3 : random_() % 3;
    return kForms[form] + std::string(1, static_cast<char>('a' + random_() % 12)) + ".example";
  }
  void edit(SharedList<config::Tenant>& tenants) {
    for (auto left = random_() % 3; left > 0; --left) {
      const auto at = tenants.empty() ? 0 : random_() % tenants.size();
      switch (tenants.empty() ? 0 : random_() % 3) {
        case 0: tenants.insert(at, tenant()); break;
        case 1: tenants.erase(at); break;
        case 2: tenants.set(at, tenant()); break;
      }
    }
  }

 private:
  std::mt19937 random_;
};

TEST(NameTable, made_of_the_one_before_is_as_one_made_anew) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    Edits edits(seed);
    auto before = mk_listener({});
    auto table = std::make_unique<NameTable>(before, nullptr);
    for (int step = 0; step < 60; ++step) {
      auto tenants = before->tenants;
      edits.edit(tenants);
      before = mk_listener(std::move(tenants));
      table = std::make_unique<NameTable>(before, table.get());
      const NameTable fresh(before, nullptr);
      for (int i = 0; i < 30; ++i) {
        std::string asked = edits.name();
        if (asked.starts_with("*.")) asked = "x" + asked.substr(1);
        ASSERT_EQ(table->find(asked), fresh.find(asked)) << seed << ' ' << step << ' ' << asked;
      }
    }
  }
}

}  // namespace
}  // namespace postern::net
