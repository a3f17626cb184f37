// A backend on loopback that lets everybody in and says OK to whatever it is told; a thread each
// connection.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "proxy/net/listener.h"
#include "proxy/net/loop.h"
#include "tests/unit/proxy/entry/loopback_peer.h"

namespace postern::entry::test {

class ImapBackend {
 public:
  ImapBackend()
      : sockets_(net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1).value()),
        address(sockets_.front().local()),
        thread_([this] { serve(); }) {}
  ~ImapBackend() {
    over_ = true;
    (void)loop_.post([] {});
    thread_.join();
    for (std::thread& guest : guests_) guest.join();
  }

 private:
  std::vector<net::ListeningSocket> sockets_;

 public:
  const SocketAddress address;

 private:
  void serve() {
    const bool is_watched =
        loop_.watch_listener(sockets_.front().fd(), {0, 0, net::Role::Listener});
    while (is_watched && !over_) {
      (void)loop_.wait(Duration{-1});
      while (auto accepted = net::accept_one(sockets_.front())) {
        guests_.emplace_back([stream = std::move(accepted->stream)]() mutable {
          talk(LoopbackPeer(std::move(stream)));
        });
      }
    }
  }

  static void talk(LoopbackPeer guest) {
    guest.say("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n");
    while (guest.hear_line() == Heard::Line) {
      guest.say(guest.line.substr(0, guest.line.find(' ')) + " OK done\r\n");
    }
  }

  net::Loop loop_;
  std::atomic<bool> over_{false};
  std::vector<std::thread> guests_;
  std::thread thread_;
};

}  // namespace postern::entry::test
