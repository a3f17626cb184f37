// Many threads at once, for the thread sanitizer: gRPC is not in the way here.
#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "controller/publish/distribution.h"
#include "tests/unit/controller/publish/fake_link.h"
#include "tests/unit/controller/publish/mk.h"

namespace postern::publish {
namespace {

using config::ResourceKey;
using config::ResourceType;

// A proxy's life on a thread of its own: it comes, takes and refuses, and at last leaves.
class LivelyProxy {
 public:
  LivelyProxy(Distribution& distribution, std::uint32_t seed)
      : distribution_(distribution), random_(seed) {}

  // It comes and goes until `enough`, and then stays until it holds that version.
  void live(const std::atomic<bool>& enough, const std::atomic<bool>& at_end,
            const std::string& final_version) {
    while (!enough) {
      const auto most = static_cast<int>(random_() % 20);
      visit([&](int taken) { return enough || taken >= most; });
    }
    while (!at_end) std::this_thread::yield();
    visit([&](int) { return version_ == final_version; });
  }
  [[nodiscard]] const Versions& held() const { return held_; }

 private:
  template <class Enough>
  void visit(Enough enough) {
    const auto link = std::make_shared<FakeLink>();
    const ConnectionId id = distribution_.arrive(link);
    Greeting greeting;
    greeting.proxy = "p";
    greeting.held = held_;
    greeting.features = {"endpoint-delta"};
    distribution_.greet(id, std::move(greeting));
    int taken = 0;
    while (!enough(taken)) {
      if (const auto push = link->take()) {
        answer(id, *push);
        ++taken;
      } else {
        std::this_thread::yield();
      }
    }
    distribution_.leave(id);
  }
  void answer(ConnectionId id, const Push& push) {
    PushResult result{push.nonce, false, {}};
    for (const Upsert& upsert : push.upserts) {
      // A delta may be refused: then the whole comes, and it ends well nevertheless.
      if (upsert.base && random_() % 4 == 0) {
        Refusal refusal;
        refusal.key = upsert.resource->key();
        refusal.running_version = upsert.base->version;
        result.errors.push_back(std::move(refusal));
      } else {
        held_[upsert.resource->key()] = upsert.resource->version;
      }
    }
    for (const ResourceKey& key : push.removals) held_.erase(key);
    if (result.errors.empty()) version_ = push.version;
    distribution_.settle(id, result);
    distribution_.note(id, ProxyLoad{});
  }

  Distribution& distribution_;
  std::mt19937 random_;
  Versions held_;
  std::string version_;
};

Publication mk_change(std::mt19937& random) {
  Publication publication;
  const std::string name = std::to_string(random() % 30);
  publication.caused_at = std::chrono::steady_clock::now();
  if (random() % 4 == 0) {
    publication.removals.push_back({ResourceType::Server, name});
  } else {
    publication.upserts.push_back(mk_server(name, std::to_string(random() % 7)));
  }
  publication.upserts.push_back(
      mk_endpoints("e" + std::to_string(random() % 4), static_cast<std::uint32_t>(random() % 9)));
  return publication;
}

TEST(DistributionThreads, end_with_every_proxy_holding_what_is_wanted) {
  SystemClock clock;
  const auto log = make_null_log();
  Metrics metrics;
  PushMetrics counts(metrics);
  std::atomic<int> told{0};
  Distribution distribution({}, {clock, *log, counts}, [&](const ApplyReport&) { ++told; });
  std::atomic<bool> enough{false};
  std::atomic<bool> at_end{false};
  std::string final_version;
  std::vector<LivelyProxy> proxies;
  for (std::uint32_t i = 0; i < 6; ++i) proxies.emplace_back(distribution, i);
  std::vector<std::thread> threads;
  for (LivelyProxy& proxy : proxies) {
    threads.emplace_back([&] { proxy.live(enough, at_end, final_version); });
  }
  threads.emplace_back([&] {
    while (!at_end) {
      distribution.check();
      (void)distribution.reports();
      (void)distribution.wanted();
      (void)metrics.text();
    }
  });
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) final_version = distribution.publish(mk_change(random)).version;
  enough = true;
  at_end = true;
  for (std::thread& thread : threads) thread.join();
  distribution.close();
  Versions wanted;
  for (const SharedResource& resource : distribution.wanted()) {
    wanted[resource->key()] = resource->version;
  }
  for (const LivelyProxy& proxy : proxies) EXPECT_EQ(proxy.held(), wanted);
  EXPECT_GT(told, 0);
}

}  // namespace
}  // namespace postern::publish
