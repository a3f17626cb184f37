// Doors that close while clients come: nobody who was connected is reset, whatever he said already.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/proxy/entry/loopback_peer.h"
#include "tests/unit/proxy/entry/real_workers.h"

namespace postern::entry {
namespace {

using test::Heard;
using test::LoopbackPeer;
using test::RealWorkers;

struct Told {
  std::atomic<int> greeted{0};
  std::atomic<int> sent_away{0};
  std::atomic<int> reset{0};
  std::atomic<int> other{0};
};

// `eager`: he talks before he has heard anything.
std::optional<LoopbackPeer> come(const SocketAddress& address, bool eager) {
  net::TcpDialer dialer;
  auto dialled = dialer.dial(address);
  if (!dialled || !LoopbackPeer::is_connected(*dialled, 20)) return std::nullopt;
  LoopbackPeer client(std::move(*dialled));
  if (eager) client.say("\x16\x03\x01 not a command\r\n");
  return client;
}

// Hears what he is told, and goes.
void hear(LoopbackPeer client, Told& told) {
  const Heard first = client.hear_line();
  if (first == Heard::Reset) ++told.reset;
  if (first != Heard::Line) {
    if (first != Heard::Reset) ++told.other;
    return;
  }
  if (client.line.starts_with("* OK")) {
    ++told.greeted;
    told.greeted.notify_all();
    return;
  }
  ++(client.line.starts_with("* BYE") ? told.sent_away : told.other);
  const Heard last = client.hear_line();
  if (last != Heard::End) ++(last == Heard::Reset ? told.reset : told.other);
}

TEST(Closing, resets_nobody_while_clients_come_to_two_workers) {
  RealWorkers workers(2);
  workers.start(session::test::World().prepared());
  workers.open();
  Told told;
  std::atomic<bool> over{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, eager = i % 2 == 0] {
      while (!over) {
        if (auto client = come(workers.address, eager)) hear(std::move(*client), told);
      }
    });
  }
  for (int round = 0; round < 30; ++round) {
    for (const int before = told.greeted; told.greeted < before + 20;) {
      told.greeted.wait(told.greeted);
    }
    std::optional<LoopbackPeer> last;
    workers.close([&] { last = come(workers.address, round % 2 == 0); });
    workers.open();
    ASSERT_TRUE(last.has_value());
    hear(std::move(*last), told);
  }
  over = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(told.reset, 0);
  EXPECT_EQ(told.other, 0);
  EXPECT_GE(told.sent_away, 30);
}

}  // namespace
}  // namespace postern::entry
