// Real workers are handed changes each millisecond while clients log in: no login fails, and
// nothing of what was in force before stays. Under ThreadSanitizer this is the test of who owns
// what.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/proxy/entry/imap_backend.h"
#include "tests/unit/proxy/entry/loopback_peer.h"
#include "tests/unit/proxy/entry/real_workers.h"

namespace postern::entry {
namespace {

using session::test::kBox;
using test::ImapBackend;
using test::LoopbackPeer;
using test::RealWorkers;

config::Endpoint endpoint_at(std::string id, const SocketAddress& address) {
  return {
      std::move(id), address.ip, {{Protocol::Imap, address.port}}, config::EndpointState::Ready, 1};
}

// What went wrong, or nothing.
std::string log_in(const SocketAddress& address) {
  net::TcpDialer dialer;
  auto dialled = dialer.dial(address);
  if (!dialled || !LoopbackPeer::is_connected(*dialled, 10'000)) return "not connected";
  LoopbackPeer client(std::move(*dialled));
  if (!client.hear_until("* OK")) return "no greeting: " + client.line;
  client.say("a LOGIN alice secret\r\n");
  if (!client.hear_until("a ") || !client.line.starts_with("a OK")) return "login: " + client.line;
  client.say("b NOOP\r\n");
  return client.hear_until("b OK") ? "" : "relay: " + client.line;
}

// Four clients, a hundred times each; what went wrong.
std::vector<std::string> log_in_many(const SocketAddress& address) {
  std::mutex lock;
  std::vector<std::string> wrong;
  const auto client = [&] {
    for (int logins = 0; logins < 100; ++logins) {
      if (std::string fault = log_in(address); !fault.empty()) {
        const std::scoped_lock held(lock);
        wrong.push_back(std::move(fault));
      }
    }
  };
  std::vector<std::thread> clients(4);
  for (std::thread& thread : clients) thread = std::thread(client);
  for (std::thread& thread : clients) thread.join();
  return wrong;
}

// The control thread: changes without end, and frees what the workers give back.
class Changes {
 public:
  Changes(RealWorkers& workers, session::test::World world, std::vector<config::Endpoint> members)
      : workers_(workers),
        world_(std::move(world)),
        members_(std::move(members)),
        thread_([this] { run(); }) {}
  ~Changes() { end(); }
  void end() {
    {
      const std::scoped_lock held(lock_);
      over_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    (void)take_freed();
  }
  [[nodiscard]] std::size_t made() const { return made_; }

 private:
  using Given = std::vector<std::shared_ptr<const net::Prepared>>;

  void run() {
    std::unique_lock held(lock_);
    while (!wake_.wait_for(held, Duration{1}, [this] { return over_; })) {
      held.unlock();
      change(made_++);
      (void)take_freed();
      held.lock();
    }
  }

  void change(std::size_t number) {
    if (number % 2 == 0) {
      auto set = std::make_shared<config::EndpointSet>();
      if (number % 3 != 0) set->endpoints.push_back(members_[0]);
      if (number % 3 != 1) set->endpoints.push_back(members_[1]);
      workers_.tell_all(
          [set = std::shared_ptr<const config::EndpointSet>(std::move(set))](
              session::Worker& worker, Acceptor&) { worker.adopt_endpoints(kBox, set); });
      return;
    }
    world_.server.timeouts.idle = std::chrono::minutes{5 + number % 20};
    std::shared_ptr<const net::Prepared> next = world_.prepared();
    workers_.tell_all([this, next](session::Worker& worker, Acceptor&) {
      auto before = worker.adopt(next);
      const std::scoped_lock held(lock_);
      freed_.push_back(std::move(before));
    });
  }

  Given take_freed() {
    const std::scoped_lock held(lock_);
    return std::exchange(freed_, {});
  }

  RealWorkers& workers_;
  session::test::World world_;
  std::vector<config::Endpoint> members_;
  std::mutex lock_;
  std::condition_variable wake_;
  bool over_ = false;
  Given freed_;
  std::atomic<std::size_t> made_{0};
  std::thread thread_;
};

TEST(Handover, changes_each_millisecond_fail_no_login) {
  ImapBackend first, second;
  session::test::World world;
  world.endpoints.endpoints = {endpoint_at("one", first.address),
                               endpoint_at("two", second.address)};
  RealWorkers workers(2);
  workers.start(world.prepared());
  workers.open();
  Changes changes(workers, world, world.endpoints.endpoints);
  const std::vector<std::string> wrong = log_in_many(workers.address);
  changes.end();
  EXPECT_EQ(wrong, std::vector<std::string>());
  EXPECT_GT(changes.made(), 5U);
  workers.on_all([](session::Worker& worker, Acceptor&) {
    EXPECT_EQ(worker.snapshots().alive(), 1U);
    EXPECT_LE(worker.health().records(), 2U);
  });
}

}  // namespace
}  // namespace postern::entry
