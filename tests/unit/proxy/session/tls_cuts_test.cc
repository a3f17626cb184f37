// TLS however the network cuts it (LI14): a whole session inside TLS, from the hello to
// close_notify, where the client's octets come in pieces that respect no record, one a turn of the
// worker. Nothing is lost, nothing waits for an event that will not come, and what is behind a
// flight is read with it.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <random>
#include <string>

#include "tests/unit/proxy/net/tls_peers.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

struct SslDelete {
  void operator()(SSL* tls) const { SSL_free(tls); }
};

// A client whose records go through its own hands.
class CuttingClient {
 public:
  CuttingClient(SimWorker& sim, SSL* tls, std::size_t most, unsigned seed)
      : sim_(sim), tls_(tls), peer_(sim.connect()), most_(most), random_(seed) {
    SSL_set_bio(tls, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  }

  [[nodiscard]] bool shake_hands() {
    for (int flights = 0; flights < 8; ++flights) {
      if (SSL_do_handshake(tls_.get()) == 1) return true;
      pass_on();
    }
    return false;
  }
  // What was written before and these, in pieces.
  void say(ByteView octets) {
    std::size_t put = 0;
    ASSERT_EQ(SSL_write_ex(tls_.get(), octets.data(), octets.size(), &put), 1);
    ASSERT_EQ(put, octets.size());
    pass_on();
  }
  [[nodiscard]] std::string hear() {
    take();
    char octets[4096];
    std::size_t got = 0;
    while (SSL_read_ex(tls_.get(), octets, sizeof octets, &got) == 1) heard_.append(octets, got);
    return heard_;
  }
  // The last octets of these never come, and nothing does after them.
  void break_off(ByteView octets, std::size_t missing) {
    std::size_t put = 0;
    ASSERT_EQ(SSL_write_ex(tls_.get(), octets.data(), octets.size(), &put), 1);
    const std::string wire = written();
    peer_.say(ByteView(wire).substr(0, wire.size() - missing));
    peer_.hang_up();
    sim_.settle();
  }
  void say_goodbye() {
    (void)SSL_shutdown(tls_.get());
    pass_on();
    peer_.end_writing();
    sim_.settle();
  }

 private:
  [[nodiscard]] std::string written() {
    char octets[1 << 16];
    std::string wire;
    int got = 0;
    while ((got = BIO_read(SSL_get_wbio(tls_.get()), octets, sizeof octets)) > 0) {
      wire.append(octets, static_cast<std::size_t>(got));
    }
    return wire;
  }
  void pass_on() {
    const std::string wire = written();
    for (std::size_t at = 0; at < wire.size();) {
      const std::size_t size = std::min(1 + random_() % most_, wire.size() - at);
      peer_.say(ByteView(wire).substr(at, size));
      at += size;
      sim_.worker.turn(Duration{0});
    }
    sim_.settle();
    take();
  }
  void take() {
    const std::string came = peer_.hear();
    if (!came.empty()) {
      BIO_write(SSL_get_rbio(tls_.get()), came.data(), static_cast<int>(came.size()));
    }
  }

  SimWorker& sim_;
  std::unique_ptr<SSL, SslDelete> tls_;
  Peer peer_;
  std::size_t most_;
  std::mt19937 random_;
  std::string heard_;
};

std::string random_octets_of(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string octets(size, '\0');
  for (char& octet : octets) octet = static_cast<char>(random());
  return octets;
}

std::shared_ptr<const net::Prepared> tls_world(const net::TlsPeers& peers) {
  World world;
  world.listener.tls = config::ListenerTls::Implicit;
  auto prepared = world.prepared();
  prepared->tls_servers[143] = peers.server;
  return prepared;
}

class TlsCuts : public ::testing::TestWithParam<std::size_t> {
 protected:
  static void expect_relayed(SimWorker& sim, CuttingClient& client, const std::string& octets) {
    Peer& backend = sim.dialer.backends.back();
    std::string arrived;
    for (std::size_t at = 0; at < octets.size(); at += 30000) {
      client.say(ByteView(octets).substr(at, 30000));
      arrived += backend.hear();
    }
    EXPECT_TRUE(arrived == octets) << arrived.size() << " of " << octets.size();
  }

  net::TlsPeers peers_{"mail.example"};
};

TEST_P(TlsCuts, lose_nothing_and_stop_nothing) {
  SimWorker sim(tls_world(peers_));
  CuttingClient client(sim, peers_.client->open(peers_.sessions), GetParam(), 7);
  ASSERT_TRUE(client.shake_hands());
  // Behind its last flight, without waiting for the greeting.
  client.say("a NOOP\r\nb LOGIN alice secret\r\nc SELECT x\r\n");
  ASSERT_EQ(sim.dialer.backends.size(), 1U);
  let_in(sim, sim.dialer.backends[0], "* 1 EXISTS\r\n");
  EXPECT_EQ(sim.dialer.backends[0].hear(), "c SELECT x\r\n");
  const std::string heard = client.hear();
  EXPECT_EQ(heard.substr(0, 5), "* OK ") << heard;
  EXPECT_LT(heard.find("a OK"), heard.find("b OK")) << heard;
  EXPECT_LT(heard.find("b OK"), heard.find("* 1 EXISTS")) << heard;
  expect_relayed(sim, client, random_octets_of(GetParam() < 100 ? 3000 : 200000, 11));
  const std::string down = random_octets_of(50000, 12);
  sim.dialer.backends[0].say(down);
  sim.settle();
  EXPECT_TRUE(client.hear() == heard + down);
  client.say_goodbye();
  EXPECT_TRUE(sim.dialer.backends[0].heard_end());
}

INSTANTIATE_TEST_SUITE_P(Pieces, TlsCuts,
                         ::testing::Values(1, 2, 3, 5, 17, 100, 1000, 5000, 20000, 60000));

// What TLS waits for and what the kernel has are two things: the end behind half a record is seen.
TEST(TlsBrokenOff, inside_a_record_ends_the_session_after_all_that_was_whole) {
  for (const std::size_t missing : {1, 10, 3000}) {
    net::TlsPeers peers{"mail.example"};
    SimWorker sim(tls_world(peers));
    CuttingClient client(sim, peers.client->open(peers.sessions), 60000, 7);
    ASSERT_TRUE(client.shake_hands());
    client.say("b LOGIN alice secret\r\n");
    Peer& backend = sim.dialer.backends.at(0);
    let_in(sim, backend);
    client.break_off(std::string(20000, 'x'), missing);
    EXPECT_EQ(backend.hear().size(), std::size_t{16384});
    EXPECT_TRUE(backend.heard_end()) << missing;
    backend.hang_up();
    sim.settle();
    sim.pass(std::chrono::seconds{3});
    EXPECT_EQ(sim.worker.sessions(), 0U) << missing;
  }
}

}  // namespace
}  // namespace postern::session::test
