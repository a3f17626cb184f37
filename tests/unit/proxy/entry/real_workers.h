// Workers with their gates on threads of their own, behind one port of 127.0.0.2: as in the
// program, but for who configures them. The calling thread is the control thread.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "proxy/entry/acceptor.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::entry::test {

// Not 127.0.0.1, from which clients come: none of them can take the port while it is closed.
inline constexpr const char* kHere = "127.0.0.2";
inline constexpr std::uint16_t kPort = 143;  // as the configuration says it

class RealWorkers {
 public:
  explicit RealWorkers(std::size_t count) : log_(make_null_log()) {
    for (std::size_t i = 0; i < count; ++i) {
      session::Counters& own = counters_.emplace_back(metrics, static_cast<std::uint8_t>(i));
      lanes_.push_back(std::make_unique<Lane>(
          static_cast<std::uint8_t>(i),
          session::WorkerNeeds{*log_, clock_, own, places, history, verdicts, dialer_, members_}));
    }
  }
  ~RealWorkers() {
    for (auto& lane : lanes_) {
      if (!lane->thread.joinable()) continue;
      lane->worker.stop();
      lane->thread.join();
    }
  }

  // Before start(): by the calling thread.
  void start(const std::shared_ptr<const net::Prepared>& prepared) {
    for (auto& lane : lanes_) {
      (void)lane->worker.adopt(prepared);
      lane->thread = std::thread([&worker = lane->worker] { worker.run(); });
    }
  }

  // On each worker, when its turn comes.
  void tell_all(const std::function<void(session::Worker&, Acceptor&)>& work) {
    for (auto& lane : lanes_) {
      post(*lane, [work, to = lane.get()] { work(to->worker, to->gate); });
    }
  }
  // On each worker; returns when all have done it.
  void on_all(const std::function<void(session::Worker&, Acceptor&)>& work) {
    std::latch done(static_cast<std::ptrdiff_t>(lanes_.size()));
    for (auto& lane : lanes_) {
      post(*lane, [&, to = lane.get()] {
        work(to->worker, to->gate);
        done.count_down();
      });
    }
    done.wait();
  }

  // A door of each worker; the address stays the same from the first time on.
  void open() {
    auto sockets = net::listen_on(address, lanes_.size());
    ASSERT_TRUE(sockets.has_value()) << sockets.error().reason;
    address = sockets->front().local();
    auto rest = std::make_shared<std::vector<net::ListeningSocket>>(std::move(*sockets));
    std::latch done(static_cast<std::ptrdiff_t>(lanes_.size()));
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      post(*lanes_[i], [&, rest, i] {
        lanes_[i]->gate.open_door(kPort, std::move((*rest)[i]));
        done.count_down();
      });
    }
    done.wait();
  }

  // Returns when all doors are shut. No worker turns while `meanwhile` runs: who comes then waits
  // at a door that is closed next.
  void close(const std::function<void()>& meanwhile = [] {}) {
    const auto count = static_cast<std::ptrdiff_t>(lanes_.size());
    std::latch held(count), go_on(1), shut(count);
    for (auto& lane : lanes_) {
      post(*lane, [&, to = lane.get()] {
        held.count_down();
        go_on.wait();
        to->gate.close_doors(kPort, [&shut] { shut.count_down(); });
      });
    }
    held.wait();
    meanwhile();
    go_on.count_down();
    shut.wait();
  }

  SocketAddress address{*IpAddress::parse(kHere), 0};
  Metrics metrics;
  quota::PlaceTables places;
  quota::History history{256};
  verdicts::VerdictTable verdicts;

 private:
  struct Lane {
    Lane(std::uint8_t index, session::WorkerNeeds needs) : worker(index, needs), gate(worker) {}
    session::Worker worker;
    Acceptor gate;
    std::thread thread;
  };

  static void post(Lane& lane, const std::function<void()>& work) {
    while (!lane.worker.post(work)) std::this_thread::yield();
  }

  std::deque<session::Counters> counters_;  // one a worker
  std::unique_ptr<Log> log_;
  SystemClock clock_;
  net::TcpDialer dialer_;
  upstream::MemberTable members_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace postern::entry::test
