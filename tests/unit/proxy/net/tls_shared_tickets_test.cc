// Tickets whose keys the controller made: one proxy opens what another sealed.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/manual_clock.h"
#include "tests/unit/proxy/net/tls_listener.h"

namespace postern::net {
namespace {

SharedSecret master(char letter) { return SharedSecret(std::string(32, letter)); }

class SharedTickets : public testing::Test {
 protected:
  struct Proxy {
    explicit Proxy(const Clock& clock) : shared(clock) {}
    TlsShared shared;
    std::shared_ptr<const TlsServer> server;
  };

  // Masters by letters: next, current, previous; made now.
  [[nodiscard]] std::shared_ptr<const config::TicketKeys> keys(const char* letters) const {
    const auto now = clock_.wall().time_since_epoch();
    return std::make_shared<const config::TicketKeys>(
        config::TicketKeys{master(letters[0]), master(letters[1]), master(letters[2]),
                           std::chrono::duration_cast<std::chrono::seconds>(now).count()});
  }
  std::unique_ptr<Proxy> proxy(const char* letters) {
    auto out = std::make_unique<Proxy>(clock_);
    out->server = build(drafts_, out->shared).value();
    if (letters) out->shared.take_ticket_keys(keys(letters));
    return out;
  }
  SslSessionPtr session_of(const Proxy& at, int version, const std::string& sni = "a.example") {
    EXPECT_TRUE(visitor_.meet(*at.server, {.sni = sni, .max_version = version}).done());
    return visitor_.take_session();
  }
  bool resumes(const Proxy& at, int version, const SslSessionPtr& session,
               const std::string& sni = "a.example") {
    const Met met =
        visitor_.meet(*at.server, {.sni = sni, .max_version = version, .session = session.get()});
    EXPECT_TRUE(met.done()) << met.alert;
    return met.resumed();
  }

  test::Authority authority_;
  std::deque<TenantDraft> drafts_{{"ns/a", {"a.example"}, {authority_.issue({"a.example"})}},
                                  {"ns/b", {"b.example"}, {authority_.issue({"b.example"})}}};
  test::ManualClock clock_;
  Visitor visitor_;
};

TEST_F(SharedTickets, of_one_proxy_resume_at_the_other) {
  const auto one = proxy("321");
  const auto two = proxy("321");
  const auto stranger = proxy(nullptr);
  for (const int version : kVersions) {
    EXPECT_TRUE(resumes(*two, version, session_of(*one, version))) << version;
    EXPECT_FALSE(resumes(*stranger, version, session_of(*one, version))) << version;
    EXPECT_FALSE(resumes(*one, version, session_of(*stranger, version))) << version;
  }
}

TEST_F(SharedTickets, of_one_tenant_are_noise_to_another_at_every_proxy) {  // TL12
  const auto one = proxy("321");
  const auto two = proxy("321");
  for (const int version : kVersions) {
    EXPECT_FALSE(resumes(*two, version, session_of(*one, version), "b.example")) << version;
    EXPECT_FALSE(resumes(*one, version, session_of(*one, version), "b.example")) << version;
  }
}

TEST_F(SharedTickets, open_while_proxies_have_the_keys_of_two_periods) {
  const auto early = proxy("432");
  const auto late = proxy("321");
  for (const int version : kVersions) {
    EXPECT_TRUE(resumes(*late, version, session_of(*early, version))) << "next opens already";
    EXPECT_TRUE(resumes(*early, version, session_of(*late, version))) << "previous opens still";
  }
  const auto later = proxy("543");
  for (const int version : kVersions) {
    EXPECT_FALSE(resumes(*later, version, session_of(*late, version))) << "two periods are over";
  }
}

TEST_F(SharedTickets, follow_keys_that_change_under_a_listener) {
  const auto one = proxy("321");
  for (const int version : kVersions) {
    one->shared.take_ticket_keys(keys("321"));
    const SslSessionPtr session = session_of(*one, version);
    one->shared.take_ticket_keys(keys("432"));
    EXPECT_TRUE(resumes(*one, version, session)) << version;
    one->shared.take_ticket_keys(keys("543"));
    EXPECT_FALSE(resumes(*one, version, session)) << version;
    one->shared.take_ticket_keys(keys("321"));
    one->shared.take_ticket_keys(nullptr);
    EXPECT_FALSE(resumes(*one, version, session)) << "its own keys are others";
  }
}

TEST_F(SharedTickets, end_when_nobody_has_renewed_the_keys_for_two_days) {
  const auto one = proxy("321");
  for (const int version : kVersions) {
    one->shared.take_ticket_keys(keys("321"));
    const SslSessionPtr session = session_of(*one, version);
    clock_.pass(std::chrono::hours{47});
    EXPECT_TRUE(resumes(*one, version, session)) << version;
    clock_.pass(std::chrono::hours{1});
    EXPECT_FALSE(resumes(*one, version, session)) << version;
    const SslSessionPtr given = visitor_.take_session();
    EXPECT_FALSE(given && SSL_SESSION_has_ticket(given.get())) << "no new one is given";
    one->shared.take_ticket_keys(keys("432"));
    EXPECT_TRUE(resumes(*one, version, session_of(*one, version))) << "until somebody does";
  }
}

// The keys turn under handshakes all the time: no handshake fails, and none is resumed by noise.
TEST_F(SharedTickets, may_turn_under_handshakes) {
  const auto one = proxy("321");
  std::atomic<bool> over{false};
  std::thread turning([&] {
    for (char letter = '1'; !over; letter = letter == 'z' ? '1' : static_cast<char>(letter + 1)) {
      const char letters[] = {static_cast<char>(letter + 2), static_cast<char>(letter + 1), letter,
                              '\0'};
      one->shared.take_ticket_keys(keys(letters));
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> visiting;
  for (int t = 0; t < 2; ++t) {
    visiting.emplace_back([&] {
      Visitor visitor;
      SslSessionPtr session;
      for (int i = 0; i < 100; ++i) {
        const Met met = visitor.meet(
            *one->server,
            {.sni = "a.example", .max_version = kVersions[i / 2 % 2], .session = session.get()});
        EXPECT_TRUE(met.done()) << met.alert;
        session = visitor.take_session();
      }
    });
  }
  for (std::thread& thread : visiting) thread.join();
  over = true;
  turning.join();
}

TEST_F(SharedTickets, leave_no_key_behind) {
  const std::size_t before = Secret::live();
  {
    const auto one = proxy("321");
    EXPECT_TRUE(session_of(*one, TLS1_3_VERSION));
    EXPECT_GT(Secret::live(), before);
  }
  EXPECT_EQ(Secret::live(), before);
}

TEST_F(SharedTickets, of_a_tenant_with_keys_of_its_own_resume_wherever_it_has_them) {
  drafts_[0].tickets = {SharedSecret(std::string(32, 'a') + std::string(32, 'b'))};
  const auto one = proxy("321");
  const auto two = proxy("654");  // other keys of the class
  drafts_[0].tickets.reset();
  const auto without = proxy("321");
  for (const int version : kVersions) {
    EXPECT_TRUE(resumes(*two, version, session_of(*one, version))) << version;
    EXPECT_FALSE(resumes(*without, version, session_of(*one, version))) << version;
    EXPECT_FALSE(resumes(*one, version, session_of(*without, version))) << version;
    EXPECT_FALSE(resumes(*two, version, session_of(*one, version, "b.example"), "b.example"));
  }
}

TEST_F(SharedTickets, of_own_keys_are_opened_by_each_and_sealed_by_the_first) {
  const auto with = [this](const std::string& letters) {
    std::string row;
    for (const char letter : letters) row += std::string(32, letter);
    drafts_[0].tickets = {SharedSecret(row)};
    return proxy("321");
  };
  const auto before = with("a");
  const auto changed = with("ba");
  const auto after = with("b");
  for (const int version : kVersions) {
    EXPECT_TRUE(resumes(*changed, version, session_of(*before, version))) << version;
    EXPECT_TRUE(resumes(*after, version, session_of(*changed, version))) << version;
    EXPECT_FALSE(resumes(*after, version, session_of(*before, version))) << version;
  }
}

TEST_F(SharedTickets, of_two_tenants_with_the_same_keys_are_noise_to_each_other) {  // TL12
  drafts_[0].tickets = drafts_[1].tickets = {SharedSecret(std::string(32, 'a'))};
  const auto one = proxy("321");
  for (const int version : kVersions) {
    EXPECT_FALSE(resumes(*one, version, session_of(*one, version), "b.example")) << version;
  }
}

TEST_F(SharedTickets, are_sealed_and_opened_on_when_somebody_sets_the_clock) {
  const auto one = proxy("321");
  for (const int days : {30, -60}) {
    clock_.jump(std::chrono::hours{24 * days});
    for (const int version : kVersions) {
      EXPECT_TRUE(resumes(*one, version, session_of(*one, version))) << version;
    }
  }
}

TEST_F(SharedTickets, of_own_keys_go_on_when_nobody_renews_those_of_the_class) {
  drafts_[0].tickets = {SharedSecret(std::string(32, 'a'))};
  const auto one = proxy("321");
  clock_.pass(config::kTicketKeysLast + std::chrono::hours{1});
  EXPECT_TRUE(resumes(*one, TLS1_3_VERSION, session_of(*one, TLS1_3_VERSION)));
  EXPECT_EQ(session_of(*one, TLS1_3_VERSION, "b.example"), nullptr);
}

}  // namespace
}  // namespace postern::net
