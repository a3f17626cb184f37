// Sessions are resumed where they were made, and nowhere else.
#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/unit/proxy/net/tls_listener.h"

namespace postern::net {
namespace {

using config::ResumptionMode;

std::string ticket_of(const SSL_SESSION* session) {
  const unsigned char* octets = nullptr;
  std::size_t length = 0;
  SSL_SESSION_get0_ticket(session, &octets, &length);
  return {reinterpret_cast<const char*>(octets), length};
}

class TlsResumption : public testing::Test {
 protected:
  std::deque<TenantDraft> tenants(ResumptionMode mode) {
    std::deque<TenantDraft> drafts{{"ns/a", {"a.example"}, {pair_a_}},
                                   {"ns/b", {"b.example"}, {pair_b_}}};
    for (TenantDraft& draft : drafts) draft.tls.resumption = mode;
    return drafts;
  }
  std::shared_ptr<const TlsServer> serve(const std::deque<TenantDraft>& drafts,
                                         Protocol protocol = Protocol::Imap) {
    return build(drafts, shared_, protocol).value();
  }
  // A session made with `offer`, then offered again as `later`.
  bool resumes(const TlsServer& first, Offer offer, const TlsServer& second, Offer later) {
    const Met made = visitor_.meet(first, offer);
    EXPECT_TRUE(made.done()) << made.alert;
    const SslSessionPtr session = visitor_.take_session();
    if (!session) return false;
    later.session = session.get();
    const Met met = visitor_.meet(second, later);
    EXPECT_TRUE(met.done()) << met.alert;
    return met.resumed();
  }

  test::Authority authority_;
  config::KeyPair pair_a_ = authority_.issue({"a.example"});
  config::KeyPair pair_b_ = authority_.issue({"b.example"});
  test::ManualClock clock_;
  TlsShared shared_{clock_};
  Visitor visitor_;
};

TEST_F(TlsResumption, works_with_tickets_and_cache_and_not_when_disabled) {
  for (const int version : kVersions) {
    const Offer offer{.sni = "a.example", .max_version = version};
    for (const auto mode : {ResumptionMode::Tickets, ResumptionMode::Cache}) {
      const auto server = serve(tenants(mode));
      EXPECT_TRUE(resumes(*server, offer, *server, offer)) << version;
    }
    const auto off = serve(tenants(ResumptionMode::Disabled));
    EXPECT_FALSE(resumes(*off, offer, *off, offer)) << version;
  }
}

TEST_F(TlsResumption, of_one_tenant_is_a_full_handshake_at_another) {  // TL12
  for (const auto mode : {ResumptionMode::Tickets, ResumptionMode::Cache}) {
    const auto server = serve(tenants(mode));
    for (const int version : kVersions) {
      const Offer a{.sni = "a.example", .max_version = version};
      const Offer b{.sni = "b.example", .max_version = version};
      EXPECT_FALSE(resumes(*server, a, *server, b)) << version;
      EXPECT_FALSE(resumes(*server, b, *server, a)) << version;
    }
  }
}

TEST_F(TlsResumption, of_one_protocol_is_a_full_handshake_at_another) {  // TL12
  const auto imap = serve(tenants(ResumptionMode::Tickets), Protocol::Imap);
  const auto pop3 = serve(tenants(ResumptionMode::Tickets), Protocol::Pop3);
  for (const int version : kVersions) {
    const Offer offer{.sni = "a.example", .max_version = version};
    EXPECT_FALSE(resumes(*imap, offer, *pop3, offer)) << version;
  }
}

TEST_F(TlsResumption, goes_on_with_tickets_after_a_new_snapshot) {
  const auto before = serve(tenants(ResumptionMode::Tickets));
  const auto after = serve(tenants(ResumptionMode::Tickets));
  auto stricter_draft = tenants(ResumptionMode::Tickets);
  stricter_draft[0].tls.max_version = config::TlsVersion::Tls12;
  const auto stricter = serve(stricter_draft);
  for (const int version : kVersions) {
    const Offer offer{.sni = "a.example", .max_version = version};
    EXPECT_TRUE(resumes(*before, offer, *after, offer)) << version;
    EXPECT_FALSE(resumes(*before, offer, *stricter, offer)) << "another policy";
  }
}

TEST_F(TlsResumption, goes_on_with_cached_sessions_when_the_listener_is_made_anew) {
  const auto before = serve(tenants(ResumptionMode::Cache));
  const auto after =
      build(tenants(ResumptionMode::Cache), shared_, Protocol::Imap, before.get()).value();
  auto stricter_draft = tenants(ResumptionMode::Cache);
  stricter_draft[0].tls.max_version = config::TlsVersion::Tls12;
  const auto stricter = build(stricter_draft, shared_, Protocol::Imap, after.get()).value();
  for (const int version : kVersions) {
    const Offer offer{.sni = "a.example", .max_version = version};
    EXPECT_TRUE(resumes(*before, offer, *after, offer)) << version;
    EXPECT_FALSE(resumes(*before, offer, *stricter, offer)) << "another policy";
  }
}

// RFC 8446 C.4: a client uses a ticket once, so each login has to give the next one.
TEST_F(TlsResumption, goes_on_from_login_to_login) {
  for (const auto mode : {ResumptionMode::Tickets, ResumptionMode::Cache}) {
    const auto server = serve(tenants(mode));
    for (const int version : kVersions) {
      SslSessionPtr session;
      int resumed = 0;
      for (int login = 0; login < 5; ++login) {
        const Met met = visitor_.meet(
            *server, {.sni = "a.example", .max_version = version, .session = session.get()});
        ASSERT_TRUE(met.done()) << met.alert;
        resumed += met.resumed() ? 1 : 0;
        SslSessionPtr given = visitor_.take_session();
        if (version == TLS1_3_VERSION) {
          ASSERT_TRUE(given) << "login " << login;
        }
        if (given) session = std::move(given);
      }
      EXPECT_EQ(resumed, 4) << version;
    }
  }
}

// RFC 8446 §4.6.1: what one full handshake has found is not passed on for ever.
TEST_F(TlsResumption, ends_a_week_after_the_full_handshake_however_often_it_was) {
  const auto server = serve(tenants(ResumptionMode::Tickets));
  SslSessionPtr session;
  const auto login = [&] {
    const Met met = visitor_.meet(*server, {.sni = "a.example", .session = session.get()});
    EXPECT_TRUE(met.done()) << met.alert;
    session = visitor_.take_session();
    return met.resumed();
  };
  EXPECT_FALSE(login());
  for (int hours = 8; hours <= 7 * 24; hours += 8) {
    clock_.pass(std::chrono::hours{8});
    EXPECT_TRUE(login()) << hours;
  }
  clock_.pass(std::chrono::hours{1});
  EXPECT_FALSE(login());
  EXPECT_TRUE(login()) << "and begins anew";
}

TEST_F(TlsResumption, is_switched_off_for_sessions_made_before) {
  const auto before = serve(tenants(ResumptionMode::Tickets));
  const auto after = serve(tenants(ResumptionMode::Disabled));
  for (const int version : kVersions) {
    const Offer offer{.sni = "a.example", .max_version = version};
    EXPECT_FALSE(resumes(*before, offer, *after, offer)) << version;
  }
}

TEST_F(TlsResumption, ends_when_the_ticket_masters_were_renewed_twice) {
  const auto server = serve(tenants(ResumptionMode::Tickets));
  for (const int version : kVersions) {
    const Offer offer{.sni = "a.example", .max_version = version};
    ASSERT_TRUE(visitor_.meet(*server, offer).done());
    const SslSessionPtr session = visitor_.take_session();
    Offer later = offer;
    later.session = session.get();
    clock_.pass(std::chrono::hours{13});
    const Met met = visitor_.meet(*server, later);
    EXPECT_TRUE(met.resumed()) << "the master before still opens";
    EXPECT_NE(ticket_of(SSL_get_session(met.client.tls())), ticket_of(session.get()))
        << "and a new ticket is given";
    clock_.pass(std::chrono::hours{13});
    EXPECT_FALSE(visitor_.meet(*server, later).resumed());
    clock_.pass(std::chrono::hours{100});
    EXPECT_FALSE(visitor_.meet(*server, later).resumed());
  }
}

TEST_F(TlsResumption, lasts_as_long_as_the_tenant_says) {
  auto drafts = tenants(ResumptionMode::Tickets);
  drafts[0].tls.resumption_lifetime = std::chrono::seconds{600};
  const auto server = serve(drafts);
  for (const int version : kVersions) {
    ASSERT_TRUE(visitor_.meet(*server, {.sni = "a.example", .max_version = version}).done());
    const SslSessionPtr session = visitor_.take_session();
    ASSERT_TRUE(session);
    EXPECT_EQ(SSL_SESSION_get_ticket_lifetime_hint(session.get()), 600U) << version;
  }
}

TEST_F(TlsResumption, gives_one_ticket) {
  const auto server = serve(tenants(ResumptionMode::Tickets));
  ASSERT_TRUE(visitor_.meet(*server).done());
  EXPECT_EQ(visitor_.sessions_given(), 1);
}

TEST_F(TlsResumption, stays_possible_after_a_session_was_closed) {
  const auto server = serve(tenants(ResumptionMode::Cache));
  for (const int version : kVersions) {
    const Offer offer{.sni = "a.example", .max_version = version};
    Met met = visitor_.meet(*server, offer);
    const SslSessionPtr session = visitor_.take_session();
    met.server.close();
    met.client.close();
    Offer later = offer;
    later.session = session.get();
    EXPECT_TRUE(visitor_.meet(*server, later).resumed()) << version;
  }
}

}  // namespace
}  // namespace postern::net
