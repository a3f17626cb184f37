// Every context against every other: protocol, tenant, and whose certificates count. A session is
// resumed where it was made and nowhere else (TL12).
#include <gtest/gtest.h>

#include "tests/unit/proxy/net/tls_listener.h"

namespace postern::net {
namespace {

using config::ClientCertificateMode;
using config::ResumptionMode;

constexpr const char* kNames[] = {"a.example", "b.example"};

class ResumptionMatrix : public testing::TestWithParam<std::tuple<ResumptionMode, int>> {
 protected:
  struct Place {
    std::shared_ptr<const TlsServer> server;
    const char* name;
  };

  // All that differ in one thing or several. One authority more is another set.
  std::vector<Place> places(ResumptionMode mode) {
    std::vector<Place> out;
    for (const Protocol protocol : {Protocol::Imap, Protocol::Pop3}) {
      for (const int set : {0, 1, 2, 3}) {
        std::deque<TenantDraft> drafts{{"ns/a", {kNames[0]}, {pair_a_}},
                                       {"ns/b", {kNames[1]}, {pair_b_}}};
        for (TenantDraft& draft : drafts) dress(draft, mode, set);
        const auto server = build(drafts, shared_, protocol).value();
        for (const char* name : kNames) out.push_back({server, name});
      }
    }
    return out;
  }
  void dress(TenantDraft& draft, ResumptionMode mode, int set) {
    draft.tls.resumption = mode;
    if (set == 0) return;
    draft.tls.client_certificates.mode =
        set == 1 ? ClientCertificateMode::Required : ClientCertificateMode::Optional;
    draft.authorities = {staff_.bundle()};
    if (set == 3) draft.authorities.push_back(strangers_.bundle());
  }
  Met meet(const Place& place, int version, SSL_SESSION* session) {
    return visitor_.meet(
        *place.server,
        {.sni = place.name, .max_version = version, .session = session, .pair = &member_});
  }

  test::Authority authority_;
  test::Authority staff_{"Staff"};
  test::Authority strangers_{"Strangers"};
  config::KeyPair pair_a_ = authority_.issue({kNames[0]});
  config::KeyPair pair_b_ = authority_.issue({kNames[1]});
  config::KeyPair member_ = staff_.issue(test::Leaf{.common_name = "Anna"});
  TlsShared shared_;
  Visitor visitor_;
};

TEST_P(ResumptionMatrix, has_resumptions_on_its_diagonal_alone) {
  const auto [mode, version] = GetParam();
  const std::vector<Place> all = places(mode);
  ASSERT_EQ(all.size(), 16U);
  for (std::size_t made = 0; made < all.size(); ++made) {
    ASSERT_TRUE(meet(all[made], version, nullptr).done());
    const SslSessionPtr session = visitor_.take_session();
    ASSERT_TRUE(session);
    for (std::size_t offered = 0; offered < all.size(); ++offered) {
      const SslSessionPtr copy(SSL_SESSION_dup(session.get()));
      const Met met = meet(all[offered], version, copy.get());
      ASSERT_TRUE(met.done()) << met.alert;
      EXPECT_EQ(met.resumed(), made == offered) << made << " at " << offered;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ResumptionMatrix,
                         testing::Combine(testing::Values(ResumptionMode::Tickets,
                                                          ResumptionMode::Cache),
                                          testing::Values(TLS1_2_VERSION, TLS1_3_VERSION)));

}  // namespace
}  // namespace postern::net
