// Auth services over https: verified, never in clear, never over a connection that was trusted
// otherwise.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/unit/proxy/auth/sim_desk.h"
#include "tests/unit/proxy/net/tls_peers.h"

namespace postern::auth {
namespace {

using std::chrono::seconds;
using test::asked_user;
using test::http_of;
using test::mk_provider;
using test::mk_question;
using test::yes;

config::Provider mk_secure_provider() {
  config::Provider provider = mk_provider();
  http_of(provider).service.secure = true;
  http_of(provider).service.port = 443;
  return provider;
}

struct SecureSim : test::SimDesk {
  SecureSim() : SimDesk(mk_secure_provider()) {}

  void ask_securely(const std::string& user) {
    policy::Question question = mk_question(provider, user);
    question.tls = client.get();
    ask(std::move(question), client);
    settle();
  }
  // The service's side of a handshake with connection number `at`.
  net::IoStatus shake_hands(std::size_t at) {
    net::Stream& stream = dialer.service[at].stream();
    stream.secure(peers.server->open());
    net::IoStatus status = net::IoStatus::WantRead;
    for (int flight = 0; flight < 6 && postern::test::goes_on(status); ++flight) {
      status = stream.handshake().status;
      settle();
    }
    return status;
  }

  net::TlsPeers peers{"auth.example"};
  std::shared_ptr<const net::TlsClient> client = peers.client;
};

TEST(DeskTls, a_service_is_asked_inside_tls_and_the_connection_is_kept) {
  SecureSim sim;
  sim.ask_securely("a");
  ASSERT_EQ(sim.shake_hands(0), net::IoStatus::Done);
  for (const char* user : {"a", "b", "c"}) {
    if (std::string(user) != "a") sim.ask_securely(user);
    EXPECT_EQ(asked_user(sim.dialer.service[0].hear()), user);
    sim.dialer.service[0].say(yes());
    sim.settle();
    EXPECT_EQ(sim.told(user), "accept");
  }
  EXPECT_EQ(sim.dialer.dialled.size(), 1U);
}

TEST(DeskTls, a_service_that_is_not_who_it_should_be_hears_nothing) {
  SecureSim sim;
  config::BackendTls other = sim.peers.tls;
  other.server_names = {"other.example"};
  sim.client = net::TlsClient::build({&other, {&sim.peers.trust}, nullptr}).value();
  sim.ask_securely("a");
  EXPECT_NE(sim.shake_hands(0), net::IoStatus::Done);
  sim.settle();
  EXPECT_EQ(sim.told("a"), "unavailable");
  EXPECT_NE(sim.detail.find("certificate verify failed"), std::string::npos) << sim.detail;
}

TEST(DeskTls, a_service_that_speaks_no_tls_hears_no_password) {
  SecureSim sim;
  sim.ask_securely("a");
  const std::string hello = sim.dialer.service[0].hear();
  EXPECT_EQ(hello.find("Auth-"), std::string::npos);
  sim.dialer.service[0].say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("a"), "unavailable");
}

TEST(DeskTls, a_handshake_that_takes_too_long_ends_at_the_timeout) {
  SecureSim sim;
  sim.ask_securely("a");
  sim.pass(seconds(6));
  EXPECT_EQ(sim.told("a"), "unavailable");
  EXPECT_EQ(sim.desk->connections(), 0U);
}

TEST(DeskTls, a_connection_of_a_factory_that_may_be_gone_is_not_asked) {
  SecureSim sim;
  sim.ask_securely("a");
  ASSERT_EQ(sim.shake_hands(0), net::IoStatus::Done);
  (void)sim.dialer.service[0].hear();
  sim.dialer.service[0].say(yes());
  sim.settle();
  EXPECT_EQ(sim.desk->connections(), 1U);
  // What kept it is gone; another snapshot has a factory at the same address.
  auto keeps = std::make_shared<const int>(1);
  policy::Question question = mk_question(sim.provider, "b");
  question.tls = sim.client.get();
  sim.ask(std::move(question), keeps);
  sim.settle();
  EXPECT_EQ(sim.dialer.dialled.size(), 1U);  // it was alive all the time: the same one
  sim.dialer.service[0].say(yes());
  (void)sim.dialer.service[0].hear();
  sim.settle();
  keeps.reset();
  policy::Question later = mk_question(sim.provider, "c");
  later.tls = sim.client.get();
  sim.ask(std::move(later), sim.client);
  EXPECT_TRUE(sim.dialer.service[0].left());
  EXPECT_EQ(sim.dialer.dialled.size(), 2U);
}

TEST(DeskTls, clear_and_secure_connections_to_one_address_are_not_mixed) {
  SecureSim sim;
  sim.ask_securely("a");
  ASSERT_EQ(sim.shake_hands(0), net::IoStatus::Done);
  (void)sim.dialer.service[0].hear();
  sim.dialer.service[0].say(yes());
  sim.settle();
  const config::Provider clear = mk_provider();
  sim.ask(mk_question(clear, "b"), nullptr);
  sim.settle();
  ASSERT_EQ(sim.dialer.service.size(), 2U);
  EXPECT_EQ(asked_user(sim.dialer.service[1].hear()), "b");
}

}  // namespace
}  // namespace postern::auth
