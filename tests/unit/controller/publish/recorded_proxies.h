// One proxy's record, and what is wanted: what its tests begin with.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/publish/proxy_record.h"
#include "tests/unit/controller/publish/mk.h"

namespace postern::publish {

using config::Resource;
using config::ResourceKey;
using config::ResourceType;

inline const ResourceKey kA{ResourceType::Server, "a"};
inline const ResourceKey kB{ResourceType::Server, "b"};

// One proxy's record, and what is wanted, edited as a whole or change by change.
struct RecordedProxies : testing::Test {
  Wanted wanted;
  std::uint64_t sequence = 0;
  Metrics metrics;
  PushMetrics counts{metrics};
  std::optional<ProxyRecord> record;

  void want(const std::vector<Resource>& resources) {
    std::set<ResourceKey> gone;
    for (const SharedResource& resource : wanted.all()) gone.insert(resource->key());
    for (SharedResource& resource : stamp({resources.begin(), resources.end()}).fitting) {
      const ResourceKey key = resource->key();
      gone.erase(key);
      if (wanted.put(std::move(resource))) look_at(key);
    }
    for (const ResourceKey& key : gone) {
      if (wanted.remove(key)) look_at(key);
    }
    ++sequence;
  }
  void look_at(const ResourceKey& key) {
    if (record) record->look_at(key);
  }
  void join(Versions held = {}, std::set<std::string, std::less<>> features = {}) {
    Greeting greeting;
    greeting.proxy = "pod-7";
    greeting.held = std::move(held);
    greeting.features = std::move(features);
    record.emplace(ConnectionId{1}, std::move(greeting), counts);
  }
  std::optional<Push> next() { return record->next({wanted, wanted.version(), sequence}); }
  std::string version_of(const ResourceKey& key) { return wanted.find(key)->version; }
  // Everything that is sent to the proxy now, answered as good.
  void bring_up_to_date() {
    while (const auto push = next()) EXPECT_TRUE(settle(*push).has_value());
  }
  std::optional<ApplyReport> settle(const Push& push, std::vector<Refusal> errors = {},
                                    bool rejected = false) {
    if (!record->settle({push.nonce, rejected, std::move(errors)}, wanted)) return std::nullopt;
    return record->report(wanted);
  }
  static Refusal refusal(const ResourceKey& key, std::string running = {}) {
    Refusal refusal;
    refusal.key = key;
    refusal.running_version = std::move(running);
    refusal.detail = "bad";
    return refusal;
  }
};

inline std::vector<std::string> names(const Push& push) {
  std::vector<std::string> list;
  for (const Upsert& upsert : push.upserts) list.push_back(upsert.resource->name);
  return list;
}

}  // namespace postern::publish
