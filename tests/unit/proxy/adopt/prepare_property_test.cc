// Whatever the way to a configuration: it is the one that a fresh start with the same would have.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "common/base/digest.h"
#include "proxy/adopt/doubts.h"
#include "proxy/adopt/prepare.h"
#include "proxy/net/tls_gate.h"
#include "tests/support/random_resources.h"
#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {
namespace {

using config::ResourceKey;
using config::ResourceType;

std::string asked(const net::ReadyProvider* ready) {
  if (!ready) return " not ready";
  std::string out = ready->tls ? " over TLS" : " in clear";
  for (const net::ProviderHeader& header : ready->headers) {
    out += fmt::format(" {}={}", header.name, header.value.reveal());
  }
  return out;
}

// What visitors would meet, as text; but for endpoints, which are beside the snapshot.
std::string served(const net::Prepared& prepared) {
  std::string out;
  for (const auto& [key, held] : prepared.snapshot->resources()) {
    if (key.type == ResourceType::Endpoints) continue;
    out += fmt::format("{} {} {}", name_of(key.type), key.name, held->version);
    if (const auto* listener = held->as<config::Listener>()) {
      for (const config::Tenant& tenant : listener->tenants) out += " " + tenant.server;
      const net::TlsServer* tls = prepared.tls_server(listener->port);
      out += fmt::format(" tls {}", tls ? tls->tenants().size() : 0);
      // What it says is of policy, pairs and protocol: whose it is, whoever made it.
      for (const auto& ready : tls ? tls->tenants() : std::vector<net::ReadyTenant>{}) {
        out += " " + hex(ready->session_context).substr(0, 8);
      }
    }
    if (key.type == ResourceType::Backend && !prepared.tls_client(key.name)) out += " no client";
    if (key.type == ResourceType::Provider) out += asked(prepared.provider(key.name));
    out += '\n';
  }
  return out + fmt::format("{} listeners, {} clients, {} providers", prepared.tls_servers.size(),
                           prepared.tls_clients.size(), prepared.providers.size());
}

// Few names, so that much happens to each.
class RandomWorld {
 public:
  explicit RandomWorld(std::uint64_t seed) : random_(seed) {
    const postern::test::Authority authority;
    for (const char* name : {"a.example", "b.example"}) {
      materials_.push_back(authority.issue({name}));
      materials_.push_back(authority.issue({name}, postern::test::KeyKind::WeakRsa));
    }
    materials_.push_back(bad_pair());
    materials_.push_back(authority.bundle());
    materials_.push_back(config::SecretText{SharedSecret("text")});
  }

  Wishes wishes() {
    Wishes out{"v" + std::to_string(++versions_), {}, {}};
    std::vector<config::Resource> upserts;
    for (std::uint32_t i = 1 + random_.below(3); i > 0; --i) {
      config::Resource one = any();
      std::erase_if(upserts, [&](const auto& other) { return other.key() == one.key(); });
      upserts.push_back(std::move(one));
    }
    if (random_.below(3) == 0) out.removals.push_back(any().key());
    for (const ResourceKey& key : out.removals) {
      std::erase_if(upserts, [&](const auto& other) { return other.key() == key; });
    }
    out.upserts = held(std::move(upserts));
    for (const Held& resource : out.upserts) wanted_[resource->key()] = resource;
    for (const ResourceKey& key : out.removals) wanted_.erase(key);
    return out;
  }
  [[nodiscard]] const config::Snapshot::Resources& wanted() const { return wanted_; }

 private:
  config::Resource any() {
    const auto version = std::to_string(++versions_);
    switch (random_.choice(ResourceType::Listener)) {
      case ResourceType::Secret:
        return resource("s" + number(4), version,
                        materials_[random_.below(static_cast<std::uint32_t>(materials_.size()))]);
      case ResourceType::Backend: return resource("b" + number(3), version, backend());
      case ResourceType::Endpoints: return resource("b" + number(3), version, random_.endpoints());
      case ResourceType::Table: return resource("t" + number(2), version, random_.table());
      case ResourceType::Provider: return resource("p" + number(3), version, provider());
      case ResourceType::Server: return resource("v" + number(4), version, server());
      case ResourceType::Class:
      case ResourceType::TicketKeys:
      case ResourceType::Listener: break;
    }
    const auto port = static_cast<std::uint16_t>(random_.below(3));
    config::Listener listener{port, Protocol::Imap, config::ListenerTls::Implicit, {}};
    if (random_.below(4) == 0) listener.tls = config::ListenerTls::Disabled;
    if (random_.coin()) listener.protocol = Protocol::Pop3;
    listener.tenants = tenants(port);
    tenants_[port] = listener.tenants;
    return resource(std::to_string(port), version, listener);
  }
  // As the port had them last and one other, or all anew.
  Tenants tenants(std::uint16_t port) {
    Tenants out = random_.coin() ? tenants_[port] : Tenants{};
    if (!out.empty()) {
      const std::size_t at = random_.below(static_cast<std::uint32_t>(out.size()));
      if (random_.coin()) out.set(at, {out[at].server, {number(9)}, {}, 0});
      if (random_.coin() && out.size() > 1) out.erase(at);
      return out;
    }
    for (std::uint32_t i = 0; i < 4; ++i) {
      if (random_.coin()) out.push_back({"v" + std::to_string(i), {}, {}, 0});
    }
    if (out.empty()) out.push_back({"v0", {}, {}, 0});
    return out;
  }
  config::Backend backend() {
    config::Backend backend;
    backend.tls.server_names = {"box.example"};
    backend.tls.system_trust = false;  // reading it takes long
    if (random_.coin()) backend.tls.trust = {"s" + number(4)};
    if (random_.below(4) == 0) backend.tls.client_key_pair = "s" + number(4);
    return backend;
  }
  config::Provider provider() {
    config::Provider provider;
    if (random_.below(3) == 0) return provider;
    config::HttpProvider http;
    http.service.host = "auth.example";
    http.service.secure = random_.coin();
    http.service.tls = backend().tls;
    if (random_.coin()) http.service.headers = {{"X-Key", "", "s" + number(4)}};
    provider.kind = http;
    return provider;
  }
  config::Server server() {
    config::Server server = server_with("s" + number(4));
    if (random_.coin()) server.tls.key_pairs.push_back("s" + number(4));
    if (random_.coin()) server.tls.min_version = config::TlsVersion::Tls11;
    if (random_.coin()) server.providers = {"p" + number(3)};
    if (random_.below(8) == 0) server.tls.groups = {"NO_SUCH_GROUP"};
    return server;
  }
  std::string number(std::uint32_t below) { return std::to_string(random_.below(below)); }

  postern::test::RandomResources random_;
  std::vector<config::SecretMaterial> materials_;
  config::Snapshot::Resources wanted_;
  std::map<std::uint16_t, Tenants> tenants_;  // by port, as last wanted
  int versions_ = 0;
};

std::vector<Held> listed(const config::Snapshot::Resources& all) {
  std::vector<Held> out;
  for (const auto& [key, held] : all) out.push_back(held);
  return out;
}

class PrepareAnyWay : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  SystemClock clock_;
};

TEST_P(PrepareAnyWay, equals_a_fresh_start_after_each_update) {
  RandomWorld world(GetParam());
  Preparer preparer(clock_);
  std::shared_ptr<const net::Prepared> now;
  std::map<std::string, std::shared_ptr<const config::EndpointSet>> table;
  for (int i = 0; i < 40; ++i) {
    Preparation step = preparer.prepare(world.wishes());
    if (step.prepared) now = step.prepared;
    for (const EndpointsChange& change : step.endpoints) table[change.backend] = change.now;
    const auto accepted = preparer.accepted().resources();
    Preparer fresh(clock_);
    const Preparation again = fresh.prepare({"v", listed(accepted), {}});
    ASSERT_TRUE(again.errors.empty()) << again.errors[0].key.name << again.errors[0].detail;
    ASSERT_EQ(served(*now), served(*again.prepared)) << "step " << i;
    for (const auto& [backend, endpoints] : table) {
      const config::EndpointSet* expected = again.prepared->snapshot->endpoints(backend);
      ASSERT_EQ(endpoints == nullptr, expected == nullptr) << "step " << i;
      ASSERT_TRUE(!expected || *endpoints == *expected) << "step " << i;
    }
  }
}

TEST_P(PrepareAnyWay, nothing_waits_whose_dependencies_would_do) {
  RandomWorld world(GetParam());
  Preparer preparer(clock_);
  for (int i = 0; i < 25; ++i) {
    (void)preparer.prepare(world.wishes());
    const auto accepted = preparer.accepted().resources();
    for (const auto& [key, wanted] : world.wanted()) {
      const auto running = accepted.find(key);
      if (running != accepted.end() && running->second->version == wanted->version) continue;
      auto with_it = accepted;
      with_it[key] = wanted;
      Preparer fresh(clock_);
      const Preparation tried = fresh.prepare({"v", listed(with_it), {}});
      ASSERT_FALSE(tried.errors.empty())
          << "step " << i << ": " << name_of(key.type) << " " << key.name;
    }
    for (const auto& [key, running] : accepted) {
      ASSERT_TRUE(world.wanted().contains(key)) << "step " << i << ": was removed: " << key.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PrepareAnyWay, ::testing::Range<std::uint64_t>(1, 10));

}  // namespace
}  // namespace postern::adopt::test
