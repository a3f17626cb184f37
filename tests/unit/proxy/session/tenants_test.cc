// Whose user is it: a port of three companies and of one server that takes everybody, and clients
// whom no SNI brought to one of them.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

constexpr auto kPassword = "secret";

config::Server mk_company(std::string domain) {
  config::Server server = World().server;
  server.protocols[0].backends = {domain + "/box"};
  server.server_name = "mail." + domain;
  server.domains = {std::move(domain)};
  return server;
}

// Acme is the oldest, then bolt and corvid; each has one pod.
struct Companies {
  Companies() {
    for (const char* domain : {"acme.example", "bolt.example", "corvid.example"}) {
      servers.push_back(mk_company(domain));
      listener.tenants.push_back(
          {domain, {"mail." + std::string(domain)}, config::Plaintext::Allow, 0});
    }
  }
  config::Listener listener{143, Protocol::Imap, config::ListenerTls::Disabled, {}};
  std::vector<config::Server> servers;

  [[nodiscard]] config::Server& bolt() { return servers[1]; }
  [[nodiscard]] config::Server& corvid() { return servers[2]; }
  void refuse_clear_text(std::size_t at) {
    config::Tenant tenant = listener.tenants[at];
    tenant.plaintext = config::Plaintext::Refuse;
    listener.tenants.set(at, tenant);
  }

  [[nodiscard]] std::shared_ptr<net::Prepared> prepared() const {
    config::Snapshot::Resources resources;
    const auto put = [&](std::string name, config::ResourceBody body) {
      const auto one = resource(std::move(name), std::move(body));
      resources[one->key()] = one;
    };
    put("143", listener);
    for (std::size_t i = 0; i < servers.size(); ++i) {
      const std::string& name = listener.tenants[i].server;
      put(name, servers[i]);
      put(name + "/box", World().backend);
      const std::string address = "10.0." + std::to_string(i + 1) + ".1";
      put(name + "/box", *served_by({address.c_str()}));
    }
    auto out = std::make_shared<net::Prepared>();
    out->snapshot = std::make_shared<const config::Snapshot>("1", std::move(resources));
    std::vector<std::size_t> all(servers.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const auto& snapshot = *out->snapshot;
    out->domains[143] = std::make_shared<const config::TenantDomains>(
        listener.tenants,
        config::TenantDomains::Lookup{
            [&](const std::string& name) { return snapshot.server(name); },
            [&](const std::string& name) { return snapshot.table(name); }},
        config::TenantDomains::Kept{nullptr, {}, std::move(all)});
    return out;
  }
};

class Tenants : public ::testing::Test {
 protected:
  void begin() {
    sim_ = std::make_unique<SimWorker>(world_.prepared());
    sim_->worker.ask_through(asker_);
  }
  Peer guest() {
    Peer client = sim_->connect();
    (void)client.hear();
    return client;
  }
  std::string tell(Peer& client, const std::string& line) {
    client.say(line + "\r\n");
    sim_->settle();
    return client.hear();
  }
  std::string log_in(Peer& client, const std::string& name) {
    return tell(client, "a LOGIN " + name + " " + kPassword);
  }
  // The address of the pod that was dialled last; empty: nobody was.
  [[nodiscard]] std::string dialled() const {
    return sim_->dialer.dialled.empty() ? "" : sim_->dialer.dialled.back().ip.text();
  }
  [[nodiscard]] std::uint32_t open_at(const char* server) {
    return sim_->places.count(quota::Scope::Server, {server, 143, *IpAddress::parse("192.0.2.9")});
  }

  Companies world_;
  FakeAsker asker_;
  std::unique_ptr<SimWorker> sim_;
};

TEST_F(Tenants, are_chosen_by_the_domain_of_the_login_name) {
  begin();
  for (const auto& [name, pod] :
       {std::pair{"anna@acme.example", "10.0.1.1"}, std::pair{"bob@bolt.example", "10.0.2.1"},
        std::pair{"Cleo@CORVID.example", "10.0.3.1"}}) {
    Peer client = guest();
    (void)log_in(client, name);
    EXPECT_EQ(dialled(), pod) << name;
  }
}

TEST_F(Tenants, log_in_the_user_whom_the_domain_brought_there) {
  begin();
  Peer client = guest();
  (void)log_in(client, "bob@bolt.example");
  let_in(*sim_, sim_->dialer.backends.back());
  EXPECT_NE(client.hear().find("a OK"), std::string::npos);
  client.hang_up();
  sim_->dialer.backends.back().hang_up();
  sim_->settle();
  ASSERT_FALSE(sim_->log.lines.empty());
  EXPECT_NE(sim_->log.lines.back().find("\"mailserver\":\"bolt.example\""), std::string::npos)
      << sim_->log.lines.back();
}

TEST_F(Tenants, places_move_to_the_tenant_of_the_name_before_anybody_is_asked) {
  begin();
  Peer client = guest();
  EXPECT_EQ(open_at("acme.example"), 1U);
  (void)log_in(client, "bob@bolt.example");
  EXPECT_EQ(open_at("acme.example"), 0U);
  EXPECT_EQ(open_at("bolt.example"), 1U);
  client.hang_up();
  sim_->settle();
}

TEST_F(Tenants, that_are_full_ask_nobody) {
  world_.bolt().limits.max_connections = 1;
  begin();
  Peer first = guest();
  Peer second = guest();
  (void)log_in(first, "bob@bolt.example");
  EXPECT_NE(log_in(second, "eve@bolt.example").find("a NO [UNAVAILABLE]"), std::string::npos);
  EXPECT_EQ(sim_->dialer.dialled.size(), 1U);
  EXPECT_EQ(open_at("bolt.example"), 1U);
}

TEST_F(Tenants, a_name_of_nobody_is_a_wrong_password_and_nobody_is_asked) {
  begin();
  Peer client = guest();
  EXPECT_NE(log_in(client, "eve@evil.example").find("a NO [AUTHENTICATIONFAILED]"),
            std::string::npos);
  EXPECT_NE(log_in(client, "eve").find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
  EXPECT_EQ(dialled(), "");
}

TEST_F(Tenants, a_name_of_nobody_waits_as_long_as_a_wrong_password) {
  world_.servers[0].timeouts.failure_delay = Duration{2000};
  begin();
  Peer client = guest();
  EXPECT_EQ(log_in(client, "eve@evil.example"), "");
  sim_->pass(Duration{1999});
  EXPECT_EQ(client.hear(), "");
  sim_->pass(Duration{100});
  EXPECT_NE(client.hear().find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
}

TEST_F(Tenants, the_oldest_without_domains_has_who_belongs_to_nobody_else) {
  world_.bolt().domains.clear();
  begin();
  for (const char* name : {"eve@evil.example", "bare", "bob@bolt.example"}) {
    Peer client = guest();
    (void)log_in(client, name);
    EXPECT_EQ(dialled(), "10.0.2.1") << name;
  }
  Peer client = guest();
  (void)log_in(client, "anna@acme.example");
  EXPECT_EQ(dialled(), "10.0.1.1");
}

TEST_F(Tenants, a_bare_name_has_the_domain_that_the_oldest_adds) {
  world_.servers[0].names.default_domain = "corvid.example";
  begin();
  Peer client = guest();
  (void)log_in(client, "cleo");
  EXPECT_EQ(dialled(), "10.0.3.1");
  let_in(*sim_, sim_->dialer.backends.back());
}

TEST_F(Tenants, two_with_one_domain_leave_it_to_the_older) {
  world_.corvid().domains = {"bolt.example", "corvid.example"};
  begin();
  Peer client = guest();
  (void)log_in(client, "bob@bolt.example");
  EXPECT_EQ(dialled(), "10.0.2.1");
}

TEST_F(Tenants, that_take_no_clear_text_do_not_get_the_password) {
  world_.refuse_clear_text(1);
  begin();
  Peer client = guest();
  EXPECT_NE(log_in(client, "bob@bolt.example").find("a NO [PRIVACYREQUIRED]"), std::string::npos);
  EXPECT_EQ(dialled(), "");
  EXPECT_EQ(open_at("bolt.example"), 0U) << "he never was their guest";
  (void)log_in(client, "anna@acme.example");
  EXPECT_EQ(dialled(), "10.0.1.1") << "and may be somebody else's";
}

TEST_F(Tenants, offer_no_more_than_their_own_mechanisms) {
  world_.bolt().protocols[0].mechanisms = {Mechanism::CramMd5};
  begin();
  Peer client = guest();
  EXPECT_NE(log_in(client, "bob@bolt.example").find("a NO [CANNOT]"), std::string::npos);
  EXPECT_EQ(dialled(), "");
}

TEST_F(Tenants, keep_their_own_penalties) {
  world_.bolt().protection = config::LoginProtection{};
  begin();
  Peer client = guest();
  (void)log_in(client, "bob@bolt.example");
  Peer& pod = sim_->dialer.backends.back();
  pod.say(kGreeting);
  sim_->settle();
  const std::string login = pod.hear();
  pod.say(login.substr(0, login.find(' ')) + " NO no\r\n");
  sim_->settle();
  EXPECT_NE(client.hear().find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
  (void)tell(client, "b LOGIN bob@bolt.example other");
  EXPECT_EQ(sim_->dialer.dialled.size(), 1U) << "the source waits at bolt";
  Peer other = guest();
  (void)log_in(other, "anna@acme.example");
  EXPECT_EQ(sim_->dialer.dialled.size(), 2U) << "and not at acme";
}

TEST_F(Tenants, an_authorization_identity_of_another_is_a_wrong_password) {
  begin();
  Peer client = guest();
  // NUL-separated: anna@acme.example for bob@bolt.example, and the other way round.
  for (const char* response : {"Ym9iQGJvbHQuZXhhbXBsZQBhbm5hQGFjbWUuZXhhbXBsZQBzZWNyZXQ=",
                               "YW5uYUBhY21lLmV4YW1wbGUAYm9iQGJvbHQuZXhhbXBsZQBzZWNyZXQ="}) {
    EXPECT_NE(tell(client, "a AUTHENTICATE PLAIN " + std::string(response))
                  .find("a NO [AUTHENTICATIONFAILED]"),
              std::string::npos);
  }
  EXPECT_EQ(dialled(), "");
}

TEST_F(Tenants, a_master_and_whom_he_acts_for_each_get_the_default_domain) {
  world_.servers[0].names.default_domain = "acme.example";
  world_.servers[0].master_users = {'*', {"admin@acme.example"}};
  begin();
  Peer client = guest();
  (void)log_in(client, "\"anna*admin\"");  // no atom has a star
  EXPECT_EQ(dialled(), "10.0.1.1");
  sim_->dialer.backends.back().say(kGreeting);
  sim_->settle();
  // "anna@acme.example" NUL "admin@acme.example" NUL, in base64.
  EXPECT_NE(
      sim_->dialer.backends.back().hear().find("YW5uYUBhY21lLmV4YW1wbGUAYWRtaW5AYWNtZS5leGFtcGxlA"),
      std::string::npos);
}

TEST_F(Tenants, an_empty_domain_is_nobodys) {
  begin();
  Peer client = guest();
  EXPECT_NE(log_in(client, "anna@").find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
  EXPECT_EQ(dialled(), "");
}

TEST_F(Tenants, a_detail_is_kept_from_the_hash_and_the_delimiter_is_the_chosen_ones) {
  world_.bolt().names.delimiter = '+';
  begin();
  Peer client = guest();
  (void)log_in(client, "bob+lists@bolt.example");
  EXPECT_EQ(dialled(), "10.0.2.1");
  sim_->dialer.backends.back().say(kGreeting);
  sim_->settle();
  // The pod decides on credentials that are the client's own: base64 of "\0bob+lists@…".
  EXPECT_NE(sim_->dialer.backends.back().hear().find("AGJvYitsaXN0c0Bib2x0"), std::string::npos);
}

}  // namespace
}  // namespace postern::session::test
