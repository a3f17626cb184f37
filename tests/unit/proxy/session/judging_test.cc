// Who is it: a session with auth services whose answers the test gives.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using policy::Accept;
using policy::AskAgain;
using policy::Refuse;
using policy::Unavailable;

config::Provider mk_http(std::string name) {
  config::Provider provider;
  provider.name = std::move(name);
  provider.mechanisms = {Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5,
                         Mechanism::OAuthBearer};
  config::HttpProvider http;
  http.style = config::AuthStyle::AuthHttp;
  provider.kind = std::move(http);
  return provider;
}

// The world of SimWorker with one auth service in front of the mail pods.
struct JudgedWorld : World {
  JudgedWorld() {
    server.protocols[0].mechanisms = providers[0].mechanisms;
    server.providers = {"mail/example/first"};
  }
  std::vector<config::Provider> providers{mk_http("first"), mk_http("second")};

  [[nodiscard]] std::shared_ptr<net::Prepared> judged() const {
    auto out = prepared();
    config::Snapshot::Draft draft(*out->snapshot);
    for (const config::Provider& provider : providers) {
      draft.put(resource("mail/example/" + provider.name, provider));
    }
    out->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
    return out;
  }
};

class Judging : public ::testing::Test {
 protected:
  void begin(const JudgedWorld& world = {}) {
    sim_ = std::make_unique<SimWorker>(world.judged());
    sim_->worker.ask_through(asker_);
  }
  Peer guest() {
    Peer client = sim_->connect();
    (void)client.hear();
    return client;
  }
  void say(Peer& client, std::string_view line) {
    client.say(std::string(line) + "\r\n");
    sim_->settle();
  }
  void answer(policy::Answer said) {
    asker_.answer(std::move(said));
    sim_->settle();
  }
  Peer& pod() { return sim_->dialer.backends.back(); }

  FakeAsker asker_;
  std::unique_ptr<SimWorker> sim_;
};

TEST_F(Judging, asks_the_service_and_logs_in_at_the_pod_after_its_yes) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN Alice secret");
  ASSERT_EQ(asker_.questions.size(), 1U);
  const policy::Question& question = asker_.questions[0];
  EXPECT_EQ(question.resource, "mail/example/first");
  EXPECT_EQ(question.user, "alice") << "names are made equal before anybody is asked";
  EXPECT_EQ(question.secret.reveal(), "secret");
  EXPECT_EQ(question.mechanism, Mechanism::Login);
  EXPECT_EQ(question.attempt, 1U);
  EXPECT_EQ(question.client.ip.text(), "192.0.2.9");
  EXPECT_TRUE(sim_->dialer.backends.empty()) << "no pod before the service said yes";
  answer(Accept{});
  let_in(*sim_, pod());
  EXPECT_NE(client.hear().find("a OK"), std::string::npos);
  asker_.forget();
  EXPECT_EQ(Secret::live(), 0U);
}

TEST_F(Judging, gives_the_pod_the_name_and_the_password_that_the_service_returned) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  Accept accept;
  accept.user = "alice@real.example";
  accept.password = Secret("other");
  answer(std::move(accept));
  pod().say("* OK hi\r\n");
  sim_->settle();
  const std::string heard = pod().hear();
  EXPECT_NE(heard.find("alice@real.example"), std::string::npos) << heard;
  EXPECT_NE(heard.find("other"), std::string::npos) << heard;
  EXPECT_EQ(heard.find("secret"), std::string::npos) << heard;
}

TEST_F(Judging, goes_where_the_service_says_if_that_is_an_endpoint_of_a_backend) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  answer(Accept{.backend = ServerAddress{{*IpAddress::parse("10.0.0.2"), 143}}});
  ASSERT_EQ(sim_->dialer.dialled.size(), 1U);
  EXPECT_EQ(sim_->dialer.dialled[0].text(), "10.0.0.2:143");
}

TEST_F(Judging, BE12_dials_no_address_that_the_configuration_does_not_know) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  answer(Accept{.backend = ServerAddress{{*IpAddress::parse("169.254.169.254"), 80}}});
  EXPECT_TRUE(sim_->dialer.dialled.empty());
  EXPECT_NE(client.hear().find("a NO [UNAVAILABLE]"), std::string::npos);
}

TEST_F(Judging, goes_anywhere_in_the_networks_of_a_dynamic_backend) {
  JudgedWorld world;
  world.backend.dynamic = {*Network::parse("10.7.0.0/16")};
  begin(world);
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  answer(Accept{.backend = ServerAddress{{*IpAddress::parse("10.7.1.2"), 1143}}});
  ASSERT_EQ(sim_->dialer.dialled.size(), 1U);
  EXPECT_EQ(sim_->dialer.dialled[0].text(), "10.7.1.2:1143");
}

TEST_F(Judging, refuses_in_its_own_words_and_ends_unless_told_to_wait) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice wrong");
  answer(Refuse{.text = "No such user here"});
  EXPECT_EQ(client.hear(), "a NO [AUTHENTICATIONFAILED] Authentication failed\r\n");
  EXPECT_TRUE(client.heard_end()) << "ARES-11: no Auth-Wait";
  EXPECT_TRUE(sim_->dialer.backends.empty());
}

TEST_F(Judging, lets_him_try_again_after_the_wait) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice wrong");
  answer(Refuse{.wait = Duration{3'000}});
  EXPECT_EQ(client.hear(), "");
  sim_->pass(Duration{3'000});
  EXPECT_EQ(client.hear(), "a NO [AUTHENTICATIONFAILED] Authentication failed\r\n");
  say(client, "b LOGIN alice right");
  ASSERT_EQ(asker_.questions.size(), 2U);
  EXPECT_EQ(asker_.questions[1].attempt, 2U) << "AREQ-7";
}

TEST_F(Judging, passes_the_words_of_the_service_on_where_that_is_written) {
  JudgedWorld world;
  std::get<config::HttpProvider>(world.providers[0].kind).refusal_text =
      config::RefusalText::PassThrough;
  begin(world);
  Peer client = guest();
  say(client, "a LOGIN alice wrong");
  answer(Refuse{.text = "Account is closed", .wait = Duration{0}});
  EXPECT_NE(client.hear().find("Account is closed"), std::string::npos);
}

TEST_F(Judging, never_tells_of_a_wrong_password_when_the_service_is_away) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  answer(Unavailable{"Connection refused"});
  const std::string heard = client.hear();
  EXPECT_NE(heard.find("a NO [UNAVAILABLE]"), std::string::npos) << heard;
  EXPECT_EQ(heard.find("AUTHENTICATIONFAILED"), std::string::npos) << heard;
  say(client, "b LOGIN alice secret");
  EXPECT_EQ(asker_.questions.size(), 2U) << "he may try again on the same connection";
}

TEST_F(Judging, asks_the_next_one_where_the_first_does_not_know_him) {
  JudgedWorld world;
  world.server.providers.push_back("mail/example/second");
  begin(world);
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  answer(Refuse{.unknown_user = true});
  ASSERT_EQ(asker_.questions.size(), 2U);
  EXPECT_EQ(asker_.questions[1].resource, "mail/example/second");
  EXPECT_EQ(asker_.questions[1].secret.reveal(), "secret");
  answer(Accept{});
  EXPECT_EQ(sim_->dialer.backends.size(), 1U);
}

TEST_F(Judging, asks_again_after_a_while_when_the_service_wants_it_and_not_for_ever) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  for (int i = 0; i < 30; ++i) {
    answer(AskAgain{Duration{1'000}});
    EXPECT_EQ(asker_.open(), 0U) << "not before its time";
    sim_->pass(Duration{1'000});
    ASSERT_EQ(asker_.open(), 1U) << i;
  }
  EXPECT_EQ(asker_.questions.back().attempt, 1U) << "AREQ-7";
  answer(AskAgain{Duration{1'000}});
  EXPECT_NE(client.hear().find("a NO [UNAVAILABLE]"), std::string::npos);
}

TEST_F(Judging, ends_with_the_time_for_the_login_whoever_is_asked) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  sim_->pass(Duration{61'000});
  EXPECT_NE(client.hear().find("a NO [UNAVAILABLE]"), std::string::npos);
  EXPECT_EQ(asker_.open(), 0U) << "nobody waits for the answer any more";
}

TEST_F(Judging, lets_go_of_its_question_when_the_client_goes_away) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  ASSERT_EQ(asker_.open(), 1U);
  client.hang_up();
  sim_->settle();
  EXPECT_EQ(asker_.open(), 0U) << "ARES-18, BUG-19";
  sim_->pass(Duration{3'000});
  asker_.forget();
  expect_nothing_left(*sim_);
}

TEST_F(Judging, a_digest_needs_a_password_from_the_service) {
  begin();
  Peer client = guest();
  say(client, "a AUTHENTICATE CRAM-MD5");
  (void)client.hear();
  // "alice" and 32 digits.
  say(client, "YWxpY2UgMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
  ASSERT_EQ(asker_.questions.size(), 1U);
  EXPECT_EQ(asker_.questions[0].mechanism, Mechanism::CramMd5);
  EXPECT_EQ(asker_.questions[0].secret.reveal(), "0123456789abcdef0123456789abcdef");
  EXPECT_FALSE(asker_.questions[0].challenge.empty());
  answer(Accept{});
  EXPECT_NE(client.hear().find("a NO [UNAVAILABLE]"), std::string::npos) << "ARES-10";
}

TEST_F(Judging, nobody_becomes_another_by_a_service_that_vouches_only_for_him) {
  begin();
  Peer client = guest();
  // "bob" NUL "alice" NUL "secret".
  say(client, "a AUTHENTICATE PLAIN Ym9iAGFsaWNlAHNlY3JldA==");
  EXPECT_TRUE(asker_.questions.empty());
  EXPECT_TRUE(sim_->dialer.dialled.empty());
  EXPECT_NE(client.hear().find("a NO "), std::string::npos);
}

TEST_F(Judging, asks_nobody_about_a_name_that_is_no_mailbox) {
  begin();
  Peer client = guest();
  say(client, "a LOGIN \"j\xC3\xB6\" secret");
  EXPECT_TRUE(asker_.questions.empty());
  EXPECT_NE(client.hear().find("a "), std::string::npos);
}

TEST_F(Judging, mechanism_that_nobody_checks_is_no_wrong_password) {
  JudgedWorld world;
  world.providers[0].mechanisms = {Mechanism::CramMd5};
  begin(world);
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  EXPECT_NE(client.hear().find("a NO [CANNOT]"), std::string::npos);
  EXPECT_TRUE(asker_.questions.empty());
}

}  // namespace
}  // namespace postern::session::test
