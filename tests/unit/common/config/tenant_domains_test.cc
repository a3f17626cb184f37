#include "common/config/tenant_domains.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace postern::config {
namespace {

struct Port {
  Listener listener;
  Snapshot snapshot;

  [[nodiscard]] TenantDomains::Lookup lookup() const {
    return {[this](const std::string& name) { return snapshot.server(name); },
            [this](const std::string& name) { return snapshot.table(name); }};
  }
};

using Domains = std::vector<std::string>;

Snapshot::Held held(std::string name, ResourceBody body) {
  return std::make_shared<const Resource>(Resource{std::move(name), "v", {}, std::move(body)});
}

Port mk_port(const std::vector<std::pair<std::string, Domains>>& tenants) {
  Port port;
  Snapshot::Resources resources;
  for (const auto& [name, domains] : tenants) {
    Server server;
    server.domains = domains;
    std::ranges::sort(server.domains);
    const auto one = held(name, server);
    resources[one->key()] = one;
    port.listener.tenants.push_back({name, {}});
  }
  port.snapshot = Snapshot("1", resources);
  return port;
}

TenantDomains from_scratch(const Port& port) {
  std::vector<std::size_t> all(port.listener.tenants.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return {port.listener.tenants, port.lookup(), {nullptr, {}, std::move(all)}};
}

std::optional<std::size_t> find(const TenantDomains& domains, const Port& port,
                                std::string_view domain) {
  return domains.find(domain, port.listener, port.snapshot);
}

TEST(TenantDomains, are_found_by_the_whole_domain) {
  const Port port = mk_port({{"acme", {"acme.example"}}, {"bolt", {"bolt.example", "b.example"}}});
  const TenantDomains domains = from_scratch(port);
  EXPECT_EQ(find(domains, port, "acme.example"), 0U);
  EXPECT_EQ(find(domains, port, "b.example"), 1U);
  for (const char* other : {"example", "x.acme.example", "acme.example.", "ACME.example", ""}) {
    EXPECT_EQ(find(domains, port, other), std::nullopt) << other;
  }
}

TEST(TenantDomains, that_two_name_are_the_olders) {
  const Port port = mk_port({{"acme", {"acme.example"}}, {"bolt", {"acme.example"}}});
  EXPECT_EQ(find(from_scratch(port), port, "acme.example"), 0U);
}

TEST(TenantDomains, know_the_oldest_that_takes_every_domain) {
  EXPECT_EQ(from_scratch(mk_port({{"a", {"a.example"}}})).unbounded(), std::nullopt);
  EXPECT_EQ(from_scratch(mk_port({{"a", {"a.example"}}, {"b", {}}, {"c", {}}})).unbounded(), 1U);
}

TEST(TenantDomains, stand_in_tables_too) {
  Port port = mk_port({{"acme", {"acme.example"}}, {"bolt", {}}});
  Server bolt;
  bolt.domain_tables = {"mail/ConfigMap/bolt#domains/domains"};
  Snapshot::Draft draft(port.snapshot);
  draft.put(held("bolt", bolt));
  draft.put(held(bolt.domain_tables[0], Table{{{"a.example", "", ""}, {"b.example", "", ""}}}));
  port.snapshot = draft.finish("2");
  const TenantDomains domains = from_scratch(port);
  EXPECT_EQ(find(domains, port, "b.example"), 1U);
  EXPECT_EQ(find(domains, port, "c.example"), std::nullopt);
  EXPECT_EQ(domains.unbounded(), std::nullopt);
}

// Edits of a port in any order: what is kept of the index before is what would be made anew.
TEST(TenantDomains, kept_from_before_are_as_made_anew) {
  std::mt19937 random(7);  // NOLINT: the same each time
  const auto below = [&](std::size_t bound) { return random() % bound; };
  std::map<std::string, Domains> servers;
  const auto random_domains = [&] {
    Domains out;
    for (std::size_t i = below(4); i > 0; --i) {
      const std::string domain = "d" + std::to_string(below(40)) + ".example";
      if (std::ranges::find(out, domain) == out.end()) out.push_back(domain);
    }
    std::ranges::sort(out);
    return out;
  };
  Port before;
  std::unique_ptr<TenantDomains> index;
  for (int edit = 0; edit < 400; ++edit) {
    Port now = before;
    Snapshot::Draft draft(before.snapshot);
    std::string touched;
    auto& tenants = now.listener.tenants;
    const std::size_t what = tenants.empty() ? 0 : below(3);
    if (what == 0) {
      touched = "s" + std::to_string(edit);
      tenants.insert(below(tenants.size() + 1), {touched, {}});
    } else {
      const std::size_t at = below(tenants.size());
      touched = tenants[at].server;
      if (what == 1) tenants.erase(at);
    }
    Server server;
    server.domains = random_domains();
    draft.put(held(touched, server));
    now.snapshot = draft.finish("n");
    TenantDomains::Kept kept{index.get(), {}, {}};
    if (index) kept.shared = tenants.shared_with(before.listener.tenants);
    for (std::size_t i = 0; i < tenants.size(); ++i) {
      const bool shared = i < kept.shared.front || i >= tenants.size() - kept.shared.back;
      if (!shared || tenants[i].server == touched) kept.fresh.push_back(i);
    }
    auto next = std::make_unique<TenantDomains>(tenants, now.lookup(), kept);
    const TenantDomains anew = from_scratch(now);
    ASSERT_EQ(next->size(), anew.size()) << edit;
    ASSERT_EQ(next->unbounded(), anew.unbounded()) << edit;
    for (int d = 0; d < 40; ++d) {
      const std::string domain = "d" + std::to_string(d) + ".example";
      ASSERT_EQ(find(*next, now, domain), find(anew, now, domain)) << edit << ' ' << domain;
    }
    index = std::move(next);
    before = std::move(now);
  }
}

}  // namespace
}  // namespace postern::config
