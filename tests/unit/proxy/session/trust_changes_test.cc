// Octets of one trust level are never read at another (security R1, ST1 to ST7, design.md 4.8):
// clear text behind STARTTLS, commands behind a login, words of a backend behind its yes. Cut
// wherever the network may cut them, with a turn of the worker between the pieces.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/proxy/net/tls_peers.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

class TrustChanges : public ::testing::Test {
 protected:
  std::shared_ptr<const net::Prepared> starttls() {
    World world;
    world.listener.tls = config::ListenerTls::StartTls;
    config::Tenant tenant = world.listener.tenants[0];
    tenant.plaintext = config::Plaintext::Refuse;
    world.listener.tenants.set(0, std::move(tenant));
    auto prepared = world.prepared();
    prepared->tls_servers[143] = peers_.server;
    return prepared;
  }
  // The login at the backend that was dialled last, with its tag.
  static std::string announced(SimWorker& sim) {
    Peer& backend = sim.dialer.backends.back();
    backend.say(kGreeting);
    sim.settle();
    return backend.hear();
  }

  net::TlsPeers peers_{"mail.example"};
};

TEST_F(TrustChanges, ST6_clear_text_behind_starttls_is_never_answered_wherever_it_is_cut) {
  const std::string said = "a STARTTLS\r\nzz9 CAPABILITY\r\nzz8 LOGIN u p\r\n";
  for (std::size_t cut = 1; cut < said.size(); ++cut) {
    for (std::size_t second = cut; second < said.size(); second += 5) {
      SimWorker sim(starttls());
      Peer client = sim.connect();
      client.say(said.substr(0, cut));
      sim.worker.turn(Duration{0});
      client.try_say(said.substr(cut, second - cut));
      sim.worker.turn(Duration{0});
      client.try_say(said.substr(second));
      sim.settle();
      const std::string heard = client.hear();
      ASSERT_EQ(heard.find("zz9"), std::string::npos) << cut << " " << second;
      ASSERT_EQ(heard.find("zz8"), std::string::npos) << cut << " " << second;
      ASSERT_TRUE(client.heard_end()) << cut << " " << second;
      ASSERT_TRUE(sim.dialer.dialled.empty());
    }
  }
}

// Even an honest hello: whoever put it there did not wait for the OK, and may be somebody else.
TEST_F(TrustChanges, ST1_a_hello_in_the_segment_of_starttls_ends_the_session) {
  SimWorker sim(starttls());
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a STARTTLS\r\n\x16\x03\x01\x02\x00");
  sim.settle();
  EXPECT_TRUE(client.heard_end());
  EXPECT_EQ(sim.counters.visits.value(), 0);
}

TEST_F(TrustChanges, what_is_behind_the_credentials_reaches_the_backend_once_wherever_it_is_cut) {
  const std::string login = "a LOGIN alice secret\r\n";
  const std::string behind =
      "b APPEND x {7}\r\nz NOOP\r\n\r\nc AUTHENTICATE PLAIN\r\nAGEAYg==\r\nd LOGIN {3+}\r\nx";
  const std::string said = login + behind;
  for (std::size_t cut = 1; cut < said.size(); ++cut) {
    SimWorker sim;
    Peer client = sim.connect();
    client.say(said.substr(0, cut));
    sim.settle();
    const bool whole = cut >= login.size();
    if (!whole) {
      client.say(said.substr(cut));
      sim.settle();
    }
    ASSERT_EQ(sim.dialer.backends.size(), 1U) << cut;
    const std::string shown = announced(sim);
    if (whole) client.say(said.substr(cut));  // while the backend is asked
    sim.settle();
    ASSERT_EQ(sim.dialer.backends[0].hear(), "") << "nothing before its yes";
    sim.dialer.backends[0].say(shown.substr(0, shown.find(' ')) + " OK in\r\n* 1 EXISTS\r\n");
    sim.settle();
    ASSERT_EQ(sim.dialer.backends[0].hear(), behind) << cut;
    const std::string heard = client.hear();
    ASSERT_LT(heard.find("a OK"), heard.find("* 1 EXISTS")) << heard;
    ASSERT_EQ(heard.find("b "), std::string::npos) << heard;
  }
}

TEST_F(TrustChanges, words_of_a_backend_before_they_were_asked_for_end_the_login) {
  for (const char* early : {"a1 OK in\r\n", "* OK [CAPABILITY IMAP4rev1] again\r\n+ go\r\n+ go\r\n",
                            "x BAD no\r\n+\r\n"}) {
    SimWorker sim;
    Peer client = sim.connect();
    (void)client.hear();
    client.say("a LOGIN alice secret\r\n");
    sim.settle();
    sim.dialer.backends[0].say(std::string(kGreeting) + early);
    sim.settle();
    sim.pass(std::chrono::seconds{11});  // for a back that waits for more
    const std::string heard = client.hear();
    EXPECT_EQ(heard.find("a OK"), std::string::npos) << early;
  }
}

TEST_F(TrustChanges, R7_no_two_logins_have_the_same_tag) {
  std::set<std::string> tags;
  for (int i = 0; i < 300; ++i) {
    SimWorker sim;
    for (int k = 0; k < 3; ++k) {
      Peer client = sim.connect();
      client.say("a LOGIN alice secret\r\n");
      sim.settle();
      const std::string login = announced(sim);
      const std::string tag = login.substr(0, login.find(' '));
      ASSERT_GE(tag.size(), 8U) << login;
      ASSERT_TRUE(tags.insert(tag).second) << tag;
    }
  }
}

}  // namespace
}  // namespace postern::session::test
