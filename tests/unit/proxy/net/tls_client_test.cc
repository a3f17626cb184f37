#include "proxy/net/tls_client.h"

#include <cstdlib>
#include <fstream>
#include <future>

#include <gtest/gtest.h>

#include "proxy/net/pair_glance.h"
#include "proxy/net/pem.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/proxy/net/tls_listener.h"

namespace postern::net {
namespace {

using config::Verification;

// A backend that shows one certificate, and a client that is told whom to trust.
class TlsClientTest : public testing::Test {
 protected:
  std::shared_ptr<const TlsServer> backend(config::KeyPair pair, config::ServerTls tls = {}) {
    return build({{"ns/backend", {}, {std::move(pair)}, tls}}, shared_).value();
  }
  std::shared_ptr<const TlsClient> client(std::vector<std::string> names,
                                          Verification verification = Verification::Full) {
    config::BackendTls tls;
    tls.system_trust = false;
    tls.server_names = std::move(names);
    tls.verification = verification;
    const TlsClientMaterial material{&tls, {&trust_}, nullptr};
    return TlsClient::build(material).value();
  }
  struct Outcome {
    bool done = false;
    bool resumed = false;
    std::string error;
    std::string sni;
  };
  Outcome meet(const TlsClient& client, const TlsServer& server) {
    auto ends = test::stream_pair();
    ends.a.secure(client.open(sessions_));
    ends.b.secure(server.open());
    Outcome out;
    out.done = test::shake_hands(ends.a, ends.b).done();
    if (out.done) test::hear_tickets(ends.a, ends.b);
    out.resumed = ends.a.tls_summary().resumed;
    out.error = ends.a.tls_error();
    out.sni = ends.b.tls_summary().sni;
    return out;
  }

  test::Authority authority_;
  config::TrustBundle trust_ = authority_.bundle();
  TlsShared shared_;
  TlsSessions sessions_;
};

TEST_F(TlsClientTest, verifies_chain_and_name_and_sends_the_name) {
  const auto server = backend(authority_.issue({"imap.example"}));
  const Outcome met = meet(*client({"imap.example"}), *server);
  EXPECT_TRUE(met.done) << met.error;
  EXPECT_EQ(met.sni, "imap.example");
}

TEST_F(TlsClientTest, is_content_with_one_of_its_names) {
  const auto server = backend(authority_.issue({"second.example"}));
  const Outcome met = meet(*client({"first.example", "second.example"}), *server);
  EXPECT_TRUE(met.done) << met.error;
  EXPECT_EQ(met.sni, "first.example") << "the first one is asked for";
}

TEST_F(TlsClientTest, refuses_another_name) {  // BE11
  const auto server = backend(authority_.issue({"evil.example"}));
  EXPECT_EQ(meet(*client({"imap.example"}), *server).error,
            "certificate verify failed: hostname mismatch");
  EXPECT_TRUE(meet(*client({"imap.example"}, Verification::CaOnly), *server).done);
}

TEST_F(TlsClientTest, refuses_certificates_that_nobody_trusted_signed) {  // BE11
  const auto self_signed = backend(test::self_signed("imap.example"));
  const auto stranger = backend(test::Authority("Stranger").issue({"imap.example"}));
  for (const Verification verification : {Verification::Full, Verification::CaOnly}) {
    const auto checks = client({"imap.example"}, verification);
    EXPECT_EQ(meet(*checks, *self_signed).error,
              "certificate verify failed: self-signed certificate");
    EXPECT_EQ(meet(*checks, *stranger).error,
              "certificate verify failed: self-signed certificate in certificate chain");
  }
  const auto blind = client({"imap.example"}, Verification::None);
  EXPECT_TRUE(meet(*blind, *self_signed).done);
  EXPECT_TRUE(meet(*blind, *stranger).done);
}

TEST_F(TlsClientTest, refuses_expired_and_future_certificates) {  // BE11
  test::Leaf leaf{.dns_names = {"imap.example"}, .ends_in_seconds = -60};
  EXPECT_EQ(meet(*client({"imap.example"}), *backend(authority_.issue(leaf))).error,
            "certificate verify failed: certificate has expired");
  leaf = {.dns_names = {"imap.example"}, .begins_in_seconds = 3600};
  EXPECT_EQ(meet(*client({"imap.example"}), *backend(authority_.issue(leaf))).error,
            "certificate verify failed: certificate is not yet valid");
}

TEST_F(TlsClientTest, takes_wildcards_for_one_whole_label) {
  const auto server = backend(authority_.issue({"*.mail.example"}));
  EXPECT_TRUE(meet(*client({"imap.mail.example"}), *server).done);
  EXPECT_FALSE(meet(*client({"a.imap.mail.example"}), *server).done);
  EXPECT_FALSE(meet(*client({"mail.example"}), *server).done);
}

TEST_F(TlsClientTest, trusts_a_pinned_self_signed_certificate) {
  const auto pair = test::self_signed("imap.example");
  trust_.ca_pem = pair.chain_pem;
  EXPECT_TRUE(meet(*client({"imap.example"}), *backend(pair)).done);
}

TEST_F(TlsClientTest, speaks_no_version_before_1_2) {
  config::ServerTls old;
  old.min_version = config::TlsVersion::Tls10;
  old.max_version = config::TlsVersion::Tls11;
  const auto server = backend(authority_.issue({"imap.example"}), old);
  EXPECT_FALSE(meet(*client({"imap.example"}, Verification::None), *server).done);
}

TEST_F(TlsClientTest, resumes_again_and_again) {
  for (const auto version : {config::TlsVersion::Tls12, config::TlsVersion::Tls13}) {
    config::ServerTls tls;
    tls.max_version = version;
    const auto server = backend(authority_.issue({"imap.example"}), tls);
    const auto checks = client({"imap.example"});
    EXPECT_FALSE(meet(*checks, *server).resumed);
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(meet(*checks, *server).resumed) << i;
  }
}

TEST_F(TlsClientTest, resumes_several_connections_at_once) {
  const auto server = backend(authority_.issue({"imap.example"}));
  const auto checks = client({"imap.example"});
  (void)meet(*checks, *server);
  std::vector<test::StreamPair> open;
  for (int i = 0; i < 8; ++i) {
    auto ends = test::stream_pair();
    ends.a.secure(checks->open(sessions_));
    ends.b.secure(server->open());
    open.push_back(std::move(ends));
  }
  for (auto& ends : open) {
    ASSERT_TRUE(test::shake_hands(ends.a, ends.b).done());
    EXPECT_TRUE(ends.a.tls_summary().resumed);
  }
}

TEST_F(TlsClientTest, resumes_nothing_with_a_changed_factory) {
  const auto server = backend(authority_.issue({"imap.example"}));
  auto blind = client({"imap.example"}, Verification::None);
  (void)meet(*blind, *server);
  EXPECT_FALSE(meet(*client({"imap.example"}), *server).resumed);
  // Nor with one that happens to lie where the old one was.
  for (int i = 0; i < 10; ++i) {
    blind.reset();
    blind = client({"imap.example"}, Verification::None);
    EXPECT_FALSE(meet(*blind, *server).resumed);
  }
}

TEST_F(TlsClientTest, lets_a_ticket_come_after_its_factory_is_gone) {
  const auto server = backend(authority_.issue({"imap.example"}));
  auto checks = client({"imap.example"});
  auto ends = test::stream_pair();
  ends.a.secure(checks->open(sessions_));
  ends.b.secure(server->open());
  ASSERT_TRUE(test::shake_hands(ends.a, ends.b).done());
  checks.reset();
  ASSERT_EQ(ends.b.write("* OK\r\n").status, IoStatus::Done);
  EXPECT_EQ(test::read_all(ends.a), "* OK\r\n");
}

TEST_F(TlsClientTest, breaks_when_the_backend_speaks_plainly) {  // ST15 BE11
  auto ends = test::stream_pair();
  ends.a.secure(client({"imap.example"})->open(sessions_));
  ASSERT_EQ(ends.b.write("* OK IMAP4rev1 ready\r\n").status, IoStatus::Done);
  EXPECT_EQ(ends.a.handshake().status, IoStatus::Broken);
  EXPECT_EQ(ends.a.handshake().status, IoStatus::Broken) << "and stays so";
  EXPECT_EQ(ends.a.tls_error(), "wrong version number");
}

TEST_F(TlsClientTest, says_what_is_wrong_with_its_material) {
  config::BackendTls tls;
  tls.system_trust = false;
  EXPECT_EQ(TlsClient::build({&tls, {}, nullptr}).error(), "there is no server name to verify");
  tls.server_names = {""};
  EXPECT_FALSE(TlsClient::build({&tls, {}, nullptr}));
  tls.server_names = {"imap.example"};
  const config::TrustBundle empty{"not a certificate"};
  EXPECT_EQ(TlsClient::build({&tls, {&empty}, nullptr}).error(),
            "trust bundle: there is no certificate in it");
  auto pair = authority_.issue({"proxy.example"});
  EXPECT_TRUE(TlsClient::build({&tls, {}, &pair}));
  pair.key_pem = SharedSecret("nonsense");
  EXPECT_EQ(TlsClient::build({&tls, {}, &pair}).error(),
            "client certificate: the private key cannot be read (PEM, not encrypted)");
}

// It looks whole, and OpenSSL refuses it: found only when somebody connects.
TEST_F(TlsClientTest, verifies_nobody_by_authorities_that_cannot_be_read_after_all) {
  const std::string pem(authority_.bundle().ca_pem.text());
  std::string odd;
  for (std::size_t at = 0; at < pem.size() && odd.empty(); ++at) {
    std::string other = pem;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    if (look_like_certificates(other) && !read_certificates(other)) odd = other;
  }
  ASSERT_FALSE(odd.empty());
  trust_.ca_pem = odd;
  const auto trusting = client({"imap.example"});
  const auto outcome = meet(*trusting, *backend(authority_.issue({"imap.example"})));
  EXPECT_FALSE(outcome.done);
  EXPECT_EQ(outcome.error,
            "certificate verify failed: self-signed certificate in certificate chain");
}

TEST_F(TlsClientTest, reads_authorities_once_when_two_connect_at_once) {
  const auto shared = client({"imap.example"});
  const auto open = [&] {
    TlsSessions own;
    const SslPtr tls(shared->open(own));
    return SSL_get_SSL_CTX(tls.get());
  };
  auto other = std::async(std::launch::async, open);
  EXPECT_EQ(open(), other.get());
  EXPECT_TRUE(meet(*shared, *backend(authority_.issue({"imap.example"}))).done);
}

TEST_F(TlsClientTest, trusts_the_authorities_of_the_system_besides_its_own) {
  const test::Authority first("System Authority");
  const test::Authority second("Another of the System");
  const test::TemporaryFolder folder;
  std::ofstream(folder / "all.pem")
      << first.bundle().ca_pem.text() << second.bundle().ca_pem.text();
  ::setenv("SSL_CERT_FILE", (folder / "all.pem").c_str(), 1);  // read once, when first asked for
  config::BackendTls tls;
  tls.server_names = {"imap.example"};
  // Anew for each, or the second one would only resume.
  const auto meets = [&](const test::Authority& authority) {
    const auto both = TlsClient::build({&tls, {&trust_}, nullptr}).value();
    return meet(*both, *backend(authority.issue({"imap.example"}))).done;
  };
  EXPECT_TRUE(meets(first));
  EXPECT_TRUE(meets(second));
  EXPECT_TRUE(meets(authority_));
  EXPECT_FALSE(meets(test::Authority("Stranger")));
  EXPECT_FALSE(meets(test::Authority("System Authority"))) << "a name is not a key";
  EXPECT_FALSE(meet(*client({"imap.example"}), *backend(first.issue({"imap.example"}))).done);
}

}  // namespace
}  // namespace postern::net
