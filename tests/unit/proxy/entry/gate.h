// A worker with a gate on a loopback port of the system's choice; the test turns it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "proxy/entry/acceptor.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::entry::test {

using session::test::Peer;
using session::test::SimWorker;
using session::test::World;

class AcceptorTest : public ::testing::Test {
 protected:
  explicit AcceptorTest(const World& world = World()) : sim_(world), gate_(sim_.worker) {
    auto sockets = net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1);
    EXPECT_TRUE(sockets.has_value());
    address_ = sockets->front().local();
    gate_.open_door(143, std::move(sockets->front()));
  }
  // Connected already when this returns: the kernel's queue takes it.
  [[nodiscard]] Peer knock() {
    auto dialled = dialer_.dial(address_);
    EXPECT_TRUE(dialled.has_value());
    Peer peer(::dup(dialled->fd()));
    return peer;
  }
  [[nodiscard]] std::string metrics() const { return sim_.metrics.text(); }

  SimWorker sim_;
  Acceptor gate_;
  net::TcpDialer dialer_;
  SocketAddress address_;
};

}  // namespace postern::entry::test
