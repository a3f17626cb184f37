// A relay between two socket pairs, with the far ends in the test's hands, run by a real loop.
#pragma once

#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "proxy/net/loop.h"
#include "proxy/relay/relay.h"
#include "tests/unit/proxy/net/tls_peers.h"

namespace postern::relay {

using net::IoStatus;
using net::Stream;

enum class Cover { Plain, TlsClient, TlsBoth };

class Bench {
 public:
  explicit Bench(Cover cover = Cover::Plain, int buffer_octets = 0) {
    if (cover != Cover::Plain) tls_ = std::make_unique<net::TlsPeers>();
    auto [client_far, client_near] = join(cover != Cover::Plain, buffer_octets);
    far_client = std::move(client_far);
    client = std::move(client_near);
    auto [backend_far, backend_near] = join(cover == Cover::TlsBoth, buffer_octets);
    far_backend = std::move(backend_far);
    backend = std::move(backend_near);
    EXPECT_TRUE(loop_.watch(client.fd(), {0, 1, net::Role::Client}));
    EXPECT_TRUE(loop_.watch(backend.fd(), {0, 1, net::Role::Backend}));
  }

  // What a session does: readiness from the loop, then one turn.
  Progress turn() {
    for (const net::Event& event : loop_.wait(Duration{0})) {
      const bool of_client = event.token.role == net::Role::Client;
      bool& in = of_client ? ready.client_in : ready.backend_in;
      bool& out = of_client ? ready.client_out : ready.backend_out;
      bool& ended = of_client ? ready.client_ended : ready.backend_ended;
      in = in || event.readable;
      out = out || event.writable;
      ended = ended || event.ended;
    }
    return last_ = relay.turn({client, backend, ready}, {scratch, pipes}, pace);
  }
  // Turns until there is nothing to do for now.
  Progress settle() {
    while (turn() == Progress::Again) {
    }
    return last_;
  }

  Stream far_client;
  Stream far_backend;
  Stream client;
  Stream backend;
  Readiness ready;
  net::Scratch scratch;
  net::PipePool pipes;
  Pace pace;
  Relay relay;

 private:
  std::pair<Stream, Stream> join(bool secured, int buffer_octets) {
    auto ends = test::stream_pair(buffer_octets);
    if (secured) {
      ends.a.secure(tls_->client->open(tls_->sessions));
      ends.b.secure(tls_->server->open());
      EXPECT_TRUE(test::shake_hands(ends.a, ends.b).done());
      (void)test::read_all(ends.a);
    }
    return {std::move(ends.a), std::move(ends.b)};
  }

  std::unique_ptr<net::TlsPeers> tls_;
  net::Loop loop_;
  Progress last_ = Progress::Waiting;
};

}  // namespace postern::relay
