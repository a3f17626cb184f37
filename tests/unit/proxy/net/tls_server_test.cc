#include "proxy/net/tls_server.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "common/base/ascii.h"
#include "tests/unit/proxy/net/tls_listener.h"

namespace postern::net {
namespace {

using test::Authority;
using test::KeyKind;

class TlsServerTest : public testing::Test {
 protected:
  // a.example and its wildcard belong to tenant 0, b.example to tenant 1.
  std::deque<TenantDraft> two_tenants() {
    return {{"ns/a", {"a.example", "*.a.example", "*.deep.a.example"}, {issue({"a.example"})}},
            {"ns/b", {"b.example", "mail.a.example"}, {issue({"b.example"})}}};
  }
  config::KeyPair issue(std::vector<std::string> names, KeyKind kind = KeyKind::Ec) {
    return authority_.issue(std::move(names), kind);
  }
  std::shared_ptr<const TlsServer> serve(const std::deque<TenantDraft>& drafts,
                                         Protocol protocol = Protocol::Imap) {
    auto built = build(drafts, shared_, protocol);
    if (!built) throw std::runtime_error(built.error().front().detail);
    return *built;
  }

  Authority authority_;
  TlsShared shared_;
  Visitor visitor_;
};

struct NameRow {
  const char* sni;
  std::size_t tenant;
  bool named;
  const char* certificate;
};

TEST_F(TlsServerTest, chooses_tenant_and_certificate_by_name) {
  const auto server = serve(two_tenants());
  const NameRow rows[] = {
      {"", 0, false, "a.example"},                 // no name: the first
      {"a.example", 0, true, "a.example"},         // exact
      {"A.Example", 0, true, "a.example"},         // case does not matter
      {"b.example", 1, true, "b.example"},         // exact, another tenant
      {"x.a.example", 0, true, "a.example"},       // wildcard
      {"mail.a.example", 1, true, "b.example"},    // exact beats wildcard
      {"x.deep.a.example", 0, true, "a.example"},  // the longer wildcard
      {"nobody.example", 0, false, "a.example"},   // unknown: the first
      {"example", 0, false, "a.example"},          // above all names
      {"192.0.2.1", 0, false, "a.example"},        // an address is a name that nobody has
  };
  for (const int version : kVersions) {
    for (const NameRow& row : rows) {
      const Met met = visitor_.meet(*server, {.sni = row.sni, .max_version = version});
      ASSERT_TRUE(met.done()) << row.sni << ": " << met.alert;
      EXPECT_EQ(met.choice().tenant, row.tenant) << row.sni;
      EXPECT_EQ(met.choice().named, row.named) << row.sni;
      EXPECT_EQ(met.common_name(), row.certificate) << row.sni;
      EXPECT_TRUE(equal_ignoring_case(met.server.tls_summary().sni, row.sni)) << row.sni;
    }
  }
}

TEST_F(TlsServerTest, refuses_unknown_names_when_told_to) {  // TL5
  auto drafts = two_tenants();
  drafts[0].tls.unknown_names = config::UnknownNames::Reject;
  const auto server = serve(drafts);
  EXPECT_TRUE(visitor_.meet(*server, {.sni = "b.example"}).done());
  EXPECT_TRUE(visitor_.meet(*server).done()) << "no name is not an unknown one";
  const Met met = visitor_.meet(*server, {.sni = "nobody.example"});
  EXPECT_FALSE(met.done());
  EXPECT_EQ(met.alert, "tlsv1 unrecognized name");
}

TEST_F(TlsServerTest, refuses_names_that_are_none) {  // TL6
  const auto server = serve(two_tenants());
  const std::string rows[] = {"../../etc/passwd", "%s%n",       "a\r\nb",
                              "\xff\xfe",         "a..b",       ".a",
                              "a.example.",       "-a.example", std::string(254, 'a'),
                              "a_b.example",      "a b",        std::string(64, 'a') + ".b"};
  for (const std::string& sni : rows) {
    const Met met = visitor_.meet(*server, {.sni = sni});
    EXPECT_FALSE(met.done()) << sni;
    EXPECT_EQ(met.server.tls_error(), "callback failed") << sni;
  }
}

std::string with_length(std::size_t width, const std::string& octets) {
  std::string out(width, '\0');
  for (std::size_t i = 0; i < width; ++i) {
    out[width - 1 - i] = static_cast<char>(octets.size() >> (8 * i) & 0xFF);
  }
  return out + octets;
}

// RFC 5246 §7.4.1.2: a ClientHello with one suite and this server_name extension.
std::string hello_with_name(const std::string& name_extension) {
  using std::string_literals::operator""s;
  const std::string extensions = with_length(2, "\0\0"s + with_length(2, name_extension));
  const std::string body = "\x03\x03"s + std::string(32, 'r') + with_length(1, "") +
                           with_length(2, "\xC0\x2B") + with_length(1, "\0"s) + extensions;
  return "\x16\x03\x01"s + with_length(2, "\x01" + with_length(3, body));
}

// The extension's own octets, wrong in every way that a list of one name can be.
TEST_F(TlsServerTest, refuses_malformed_name_extensions) {  // TL6
  const auto server = serve(two_tenants());
  struct Row {
    const char* what;
    std::string octets;
  };
  using std::string_literals::operator""s;
  const Row rows[] = {
      {"empty", ""},
      {"a list without end", "\0\5\0\0"s},
      {"an empty list", "\0\0"s},
      {"another type", "\0\4\1\0\1a"s},
      {"an empty name", "\0\3\0\0\0"s},
      {"NUL inside", "\0\6\0\0\3a\0b"s},
      {"two names", "\0\x8\0\0\1a\0\0\1b"s},
      {"octets behind the list", "\0\4\0\0\1ax"s},
  };
  for (const Row& row : rows) {
    auto ends = test::stream_pair();
    ends.b.secure(server->open());
    ASSERT_EQ(ends.a.write(hello_with_name(row.octets)).status, IoStatus::Done);
    EXPECT_EQ(ends.b.handshake().status, IoStatus::Broken) << row.what;
    EXPECT_EQ(ends.b.tls_error(), "callback failed") << row.what;
  }
  auto ends = test::stream_pair();
  ends.b.secure(server->open());
  ASSERT_EQ(ends.a.write(hello_with_name("\0\xC\0\0\x9"s + "b.example")).status, IoStatus::Done);
  (void)ends.b.handshake();  // without signature algorithms it goes no further than the name
  EXPECT_EQ(TlsServer::choice(ends.b.tls()).tenant, 1U);
}

TEST_F(TlsServerTest, accepts_its_own_application_protocol_only) {  // TL1 TL2 TL3 TL4
  struct Row {
    Protocol protocol;
    std::string alpn;
    bool accepted;
  };
  const Row rows[] = {
      {Protocol::Imap, "", true},
      {Protocol::Imap, "\x04imap", true},
      {Protocol::Imap, "\x02h2\x04imap", true},
      {Protocol::Imap, "\x02h2\x08http/1.1", false},
      {Protocol::Imap, "\x04pop3", false},
      {Protocol::Imap, "\x04imaq", false},
      {Protocol::Imap, "\x05imaps", false},
      {Protocol::Pop3, "\x04pop3", true},
      {Protocol::Pop3, "\x04imap", false},
      {Protocol::ManageSieve, "\x0bmanagesieve", true},
      {Protocol::Submission, "\x04smtp", true},
      {Protocol::Mx, "\x04smtp", true},
      {Protocol::Submission, "\x04imap", false},
  };
  for (const int version : kVersions) {
    for (const Row& row : rows) {
      const auto server = serve(two_tenants(), row.protocol);
      const Met met = visitor_.meet(*server, {.alpn = row.alpn, .max_version = version});
      EXPECT_EQ(met.done(), row.accepted) << name_of(row.protocol) << " " << row.alpn;
      if (!row.accepted) {
        EXPECT_EQ(met.alert, "tlsv1 alert no application protocol");
      }
    }
  }
}

TEST_F(TlsServerTest, refuses_old_versions_unless_allowed) {  // TL9
  auto drafts = two_tenants();
  drafts[1].tls.min_version = config::TlsVersion::Tls10;
  drafts[1].tls.max_version = config::TlsVersion::Tls12;
  const auto server = serve(drafts);
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const Met refused = visitor_.meet(*server, {.sni = "a.example", .max_version = version});
    EXPECT_FALSE(refused.done());
    EXPECT_EQ(refused.alert, "tlsv1 alert protocol version");
    Offer old{.sni = "b.example", .max_version = version, .ciphers = "ALL@SECLEVEL=0"};
    const Met allowed = visitor_.meet(*server, old);
    EXPECT_TRUE(allowed.done()) << allowed.alert << " " << allowed.server.tls_error();
  }
  const Met newest = visitor_.meet(*server, {.sni = "b.example"});
  EXPECT_EQ(newest.server.tls_summary().version, "TLSv1.2") << "the tenant's newest";
  EXPECT_FALSE(visitor_.meet(*server, {.sni = "b.example", .min_version = TLS1_3_VERSION}).done());
}

TEST_F(TlsServerTest, refuses_weak_suites) {  // TL9
  const auto server = serve(two_tenants());
  for (const char* suites : {"NULL", "aNULL", "DES-CBC3-SHA", "RC4"}) {
    Offer offer{.max_version = TLS1_2_VERSION};
    offer.ciphers = std::string(suites) + ":AES128-SHA@SECLEVEL=0";
    const Met met = visitor_.meet(*server, offer);
    EXPECT_FALSE(met.done()) << suites;  // AES128-SHA needs an RSA certificate: none is here
  }
}

TEST_F(TlsServerTest, picks_the_key_type_that_the_client_can_verify) {
  auto drafts = two_tenants();
  drafts[0].pairs = {issue({"a.example"}, KeyKind::Rsa), issue({"a.example"}, KeyKind::Ec)};
  const auto server = serve(drafts);
  for (const int version : kVersions) {
    Offer ecdsa{.sni = "a.example", .max_version = version};
    ecdsa.sigalgs = "ECDSA+SHA256";
    EXPECT_EQ(visitor_.meet(*server, ecdsa).key_type(), EVP_PKEY_EC);
    Offer rsa{.sni = "a.example", .max_version = version};
    rsa.sigalgs = "RSA-PSS+SHA256:RSA+SHA256";
    EXPECT_EQ(visitor_.meet(*server, rsa).key_type(), EVP_PKEY_RSA);
    EXPECT_EQ(visitor_.meet(*server, {.sni = "a.example", .max_version = version}).key_type(),
              EVP_PKEY_EC)
        << "both: the cheaper one";
    Offer either = rsa;
    either.sigalgs = "RSA-PSS+SHA256:RSA+SHA256:ECDSA+SHA256";
    EXPECT_EQ(visitor_.meet(*server, either).key_type(),
              version == TLS1_3_VERSION ? EVP_PKEY_RSA : EVP_PKEY_EC)
        << "with TLS 1.3 what it likes best";
    Offer other_curve{.sni = "a.example", .max_version = version};
    other_curve.sigalgs = "ECDSA+SHA384:RSA-PSS+SHA256:RSA+SHA256";
    if (version == TLS1_3_VERSION) {
      EXPECT_EQ(visitor_.meet(*server, other_curve).key_type(), EVP_PKEY_RSA)
          << "a signature by another curve is not ours to make";
    }
  }
}

TEST_F(TlsServerTest, picks_the_certificate_that_has_the_name) {
  auto drafts = two_tenants();
  drafts[0].hostnames = {"a.example", "c.example", "*.d.example", "e.example"};
  drafts[0].pairs = {issue({"a.example"}), issue({"c.example"}), issue({"*.d.example"})};
  const auto server = serve(drafts);
  EXPECT_EQ(visitor_.meet(*server, {.sni = "c.example"}).common_name(), "c.example");
  EXPECT_EQ(visitor_.meet(*server, {.sni = "x.d.example"}).common_name(), "*.d.example");
  EXPECT_EQ(visitor_.meet(*server, {.sni = "x.y.d.example"}).common_name(), "a.example")
      << "a wildcard certificate has one label";
  EXPECT_EQ(visitor_.meet(*server, {.sni = "e.example"}).common_name(), "a.example");
}

TEST_F(TlsServerTest, shows_the_whole_chain) {
  const auto server = serve(two_tenants());
  const Met met = visitor_.meet(*server);
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(met.client.tls())), 2);
}

TEST_F(TlsServerTest, refuses_renegotiation) {  // TL10
  const auto server = serve(two_tenants());
  Met met = visitor_.meet(*server, {.max_version = TLS1_2_VERSION});
  ASSERT_TRUE(met.done());
  SSL_renegotiate(met.client.tls());
  (void)met.client.handshake();
  char into[16];
  (void)met.server.read(into);
  EXPECT_EQ(met.client.handshake().status, IoStatus::Broken);
  EXPECT_EQ(met.client.tls_error(), "no renegotiation");
}

TEST_F(TlsServerTest, takes_no_early_data) {  // TL11
  const auto server = serve(two_tenants());
  ASSERT_TRUE(visitor_.meet(*server).done());
  const SslSessionPtr session = visitor_.take_session();
  ASSERT_TRUE(session);
  EXPECT_EQ(SSL_SESSION_get_max_early_data(session.get()), 0U);
}

TEST_F(TlsServerTest, lets_two_threads_shake_hands_at_once) {
  const auto server = serve(two_tenants());
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      Visitor visitor;
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(visitor.meet(*server, {.sni = i % 2 == 0 ? "a.example" : "b.example"}).done());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(TlsServerTest, keeps_loaded_pairs_only_while_they_are_served) {
  auto old_pair = two_tenants();
  auto server = serve(old_pair);
  EXPECT_EQ(shared_.loaded_pairs(), 0U) << "nothing before it is needed";
  Met idle = visitor_.meet(*server);
  EXPECT_EQ(shared_.loaded_pairs(), 1U);
  idle.server.forget_certificate();
  server = serve(two_tenants());
  EXPECT_EQ(shared_.loaded_pairs(), 0U) << "the idle session keeps neither snapshot nor key";
  ASSERT_EQ(idle.client.write("still there").status, IoStatus::Done);
  EXPECT_EQ(test::read_all(idle.server), "still there");
}

// Of thousands of names those that were asked for last are ready; the others are read again.
TEST_F(TlsServerTest, keeps_a_bounded_number_of_loaded_pairs) {
  constexpr int kNames = 1200;
  const auto name = [](int i) { return "n" + std::to_string(i) + ".example"; };
  TenantDraft draft{"ns/a", {}, {}};
  for (int i = 0; i < kNames; ++i) {
    draft.hostnames.push_back(name(i));
    draft.pairs.push_back(issue({name(i)}));
  }
  const auto server = serve({draft});
  for (int i = 0; i < kNames; ++i) {
    EXPECT_EQ(visitor_.meet(*server, {.sni = name(i)}).common_name(), name(i));
  }
  EXPECT_LE(shared_.loaded_pairs(), 1024U);
  EXPECT_GT(shared_.loaded_pairs(), 900U);
  EXPECT_EQ(visitor_.meet(*server, {.sni = name(0)}).common_name(), name(0));
}

TEST_F(TlsServerTest, keeps_nothing_for_names_that_nobody_has) {  // TL7
  const auto server = serve(two_tenants());
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(visitor_.meet(*server, {.sni = "n" + std::to_string(i) + ".example"}).done());
  }
  EXPECT_EQ(shared_.loaded_pairs(), 1U);
}

}  // namespace
}  // namespace postern::net
