// HttpClient over TLS: whom it believes, what it says of itself, and how it says no.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>

#include "tests/support/certificates.h"
#include "tests/unit/controller/kube/asking.h"
#include "tests/unit/controller/kube/raw_server.h"

namespace postern::kube {
namespace {

using test::Asking;
using test::Authority;
using test::broken;
using test::Leaf;
using test::Letterbox;
using test::RawPeer;
using test::RawServer;
using Why = Broken::Why;

std::shared_ptr<SSL_CTX> serving(const config::KeyPair& pair, const std::string& clients = {}) {
  return test::server_context(
      {std::string(pair.chain_pem.text()), std::string(pair.key_pem.reveal()), clients});
}

Leaf at_address() {
  Leaf leaf;
  leaf.alternatives = "IP:127.0.0.1,DNS:api.test";
  return leaf;
}

void answer(RawPeer& peer) {
  while (!peer.read_request().empty()) peer.answer("in");
}

Material given(ByteView octets) { return {{}, SharedSecret(octets)}; }

ApiAccess access_to(const RawServer& server, const Authority& believed) {
  ApiAccess access;
  access.host = "127.0.0.1";
  access.port = server.port();
  access.authorities = given(believed.bundle().ca_pem.text());
  return access;
}

TEST(HttpTls, believes_whom_its_authorities_vouch_for_at_this_address) {
  const Authority authority;
  Letterbox<std::string> said;
  RawServer server(
      [&](RawPeer& peer) {
        const char* const name = SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name);
        said.put(name ? name : "no name");
        said.put(SSL_get_version(peer.ssl()));
        answer(peer);
      },
      serving(authority.issue(at_address())));
  Asking asking(access_to(server, authority));
  EXPECT_EQ(asking.text("/"), "in");
  EXPECT_EQ(said.take(), "no name");  // RFC 6066 §3: an address is none
  EXPECT_EQ(said.take(), "TLSv1.3");
}

TEST(HttpTls, names_the_server_that_it_wants) {
  const Authority authority;
  Letterbox<std::string> said;
  RawServer server(
      [&](RawPeer& peer) {
        said.put(SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name));
        answer(peer);
      },
      serving(authority.issue({"api.test"})));
  ApiAccess access = access_to(server, authority);
  access.server_name = "api.test";
  Asking asking(access);
  EXPECT_EQ(asking.text("/"), "in");
  EXPECT_EQ(said.take(), "api.test");
}

TEST(HttpTls, offers_http_1_1_alone) {
  const Authority authority;
  const auto context = serving(authority.issue(at_address()));
  Letterbox<std::string> offered;
  SSL_CTX_set_alpn_select_cb(
      context.get(),
      [](SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in,
         unsigned int in_length, void* box) {
        static_cast<Letterbox<std::string>*>(box)->put(
            {reinterpret_cast<const char*>(in), in_length});
        *out = in + 1;
        *length = in[0];
        return SSL_TLSEXT_ERR_OK;
      },
      &offered);
  RawServer server(answer, context);
  Asking asking(access_to(server, authority));
  EXPECT_EQ(asking.text("/"), "in");
  EXPECT_EQ(offered.take(), "\x08http/1.1");
}

TEST(HttpTls, refuses_another_name_and_another_address) {
  const Authority authority;
  RawServer server(answer, serving(authority.issue({"api.test"})));
  ApiAccess access = access_to(server, authority);
  const auto at_wrong_address = Asking(access).ask("/");
  EXPECT_EQ(at_wrong_address.error().why, Why::Untrusted);
  EXPECT_NE(at_wrong_address.error().message.find("IP address mismatch"), std::string::npos)
      << at_wrong_address.error().message;
  access.server_name = "other.test";
  const auto at_wrong_name = Asking(access).ask("/");
  EXPECT_EQ(at_wrong_name.error().why, Why::Untrusted);
  EXPECT_NE(at_wrong_name.error().message.find("ostname mismatch"), std::string::npos)
      << at_wrong_name.error().message;
}

TEST(HttpTls, refuses_whom_nobody_vouches_for_any_more) {
  const Authority authority;
  const Authority other("Other Authority");
  Leaf expired = at_address();
  expired.begins_in_seconds = -7200;
  expired.ends_in_seconds = -3600;
  RawServer stranger(answer, serving(other.issue(at_address())));
  RawServer late(answer, serving(authority.issue(expired)));
  EXPECT_EQ(Asking(access_to(stranger, authority)).text("/"), broken(Why::Untrusted));
  EXPECT_EQ(Asking(access_to(late, authority)).text("/"), broken(Why::Untrusted));
}

TEST(HttpTls, sends_nothing_to_whom_it_does_not_believe) {
  const Authority authority;
  const Authority other("Other Authority");
  Letterbox<std::string> heard;
  RawServer server([&](RawPeer& peer) { heard.put(peer.read_request()); },
                   serving(other.issue(at_address())));
  ApiAccess access = access_to(server, authority);
  access.token = given("s3cret-token");
  {
    Asking asking(access);
    const auto outcome = asking.ask("/");
    EXPECT_EQ(outcome.error().why, Why::Untrusted);
    EXPECT_EQ(outcome.error().message.find("s3cret"), std::string::npos);
    EXPECT_EQ(asking.log.count("s3cret"), 0U);
  }
  // TLS 1.3 lets a server believe that it was accepted; what it may hear then is nothing.
  while (heard.size() > 0) EXPECT_EQ(heard.take(), "");
}

TEST(HttpTls, believes_everybody_where_it_was_told_to) {
  const Authority authority;
  const Authority other("Other Authority");
  RawServer server(answer, serving(other.issue({"elsewhere.test"})));
  ApiAccess access = access_to(server, authority);
  access.unverified = true;
  EXPECT_EQ(Asking(access).text("/"), "in");
}

TEST(HttpTls, refuses_tls_1_1) {
  const Authority authority;
  const auto context = serving(authority.issue(at_address()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  RawServer server(answer, context);
  EXPECT_EQ(Asking(access_to(server, authority)).text("/"), broken(Why::Untrusted));
}

TEST(HttpTls, shows_its_certificate) {
  const Authority authority;
  const Authority clients("Clients");
  const config::KeyPair own = clients.issue({"controller"});
  Letterbox<std::string> known;
  const auto context =
      serving(authority.issue(at_address()), std::string(clients.bundle().ca_pem.text()));
  RawServer server(
      [&](RawPeer& peer) {
        known.put(test::common_name_of_peer(peer.ssl()));
        answer(peer);
      },
      context);
  ApiAccess access = access_to(server, authority);
  access.certificate = given(own.chain_pem.text());
  access.key = given(own.key_pem.reveal());
  EXPECT_EQ(Asking(access).text("/"), "in");
  EXPECT_EQ(known.take(), "controller");
}

TEST(HttpTls, says_that_it_is_not_taken_without_a_certificate) {
  const Authority authority;
  const auto context =
      serving(authority.issue(at_address()), std::string(authority.bundle().ca_pem.text()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  RawServer server(answer, context);
  EXPECT_EQ(Asking(access_to(server, authority)).text("/"), broken(Why::Untrusted));
}

TEST(HttpTls, says_what_is_wrong_with_its_own_material_and_dials_nobody) {
  const Authority authority;
  RawServer server(answer, serving(authority.issue(at_address())));
  ApiAccess access = access_to(server, authority);
  access.authorities = given("nonsense");
  const auto outcome = Asking(access).ask("/");
  EXPECT_EQ(outcome.error().why, Why::Untrusted);
  EXPECT_EQ(outcome.error().message, "the authorities are no PEM certificates");
  EXPECT_EQ(server.connections(), 0U);
}

// Where the end of the connection ends the answer, somebody on the way could have cut it.
TEST(HttpTls, does_not_take_a_cut_for_an_end) {
  const Authority authority;
  RawServer server(
      [](RawPeer& peer) {
        static_cast<void>(peer.read_request());
        peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf");
        if (peer.number() == 1) SSL_shutdown(peer.ssl());
      },
      serving(authority.issue(at_address())));
  Asking asking(access_to(server, authority));
  EXPECT_EQ(asking.text("/"), "half");
  EXPECT_EQ(asking.text("/"), broken(Why::Cut));
}

TEST(HttpTls, keeps_its_connection_and_leaves_it_when_it_was_closed) {
  const Authority authority;
  RawServer server(
      [](RawPeer& peer) {
        for (int i = 0; i < 2; ++i) {
          static_cast<void>(peer.read_request());
          peer.answer("in");
        }
        SSL_shutdown(peer.ssl());
      },
      serving(authority.issue(at_address())));
  Asking asking(access_to(server, authority));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(asking.text("/"), "in");
  EXPECT_EQ(server.connections(), 2U);
}

}  // namespace
}  // namespace postern::kube
