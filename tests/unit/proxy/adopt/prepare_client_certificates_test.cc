// Certificates of clients in a snapshot: no server is in force whose authorities or revocation
// lists are not here, and a change of one is a change of every handshake.
#include "proxy/adopt/prepare.h"

#include <gtest/gtest.h>

#include "tests/support/certificates.h"
#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {
namespace {

using config::ResourceKey;
using config::ResourceType;

class PrepareClientCertificates : public ::testing::Test {
 protected:
  Preparation put(std::vector<config::Resource> upserts, std::vector<ResourceKey> removals = {}) {
    Preparation out = preparer_.prepare({"v", held(std::move(upserts)), std::move(removals)});
    if (out.prepared) now_ = out.prepared;
    return out;
  }
  [[nodiscard]] config::Server asking() const {
    config::Server server = server_with("ns/k");
    server.tls.client_certificates.mode = config::ClientCertificateMode::Required;
    server.tls.client_certificates.trust = {"ns/ca#ca.crt"};
    server.tls.client_certificates.revocations = {"ns/list#ca.crl"};
    return server;
  }
  [[nodiscard]] static config::Resource bundle(const std::string& name, const std::string& version,
                                               const std::string& pem) {
    return resource(name, version, config::SecretMaterial{config::TrustBundle{pem}});
  }
  [[nodiscard]] config::Resource authority(const std::string& version, const std::string& pem) {
    return bundle("ns/ca#ca.crt", version, pem);
  }
  [[nodiscard]] config::Resource list(const std::string& version, const std::string& pem) {
    return bundle("ns/list#ca.crl", version, pem);
  }
  [[nodiscard]] std::vector<config::Resource> served() {
    return {secret("ns/k", "1", good_pair("a.example")),
            authority("1", std::string(staff_.bundle().ca_pem.text())),
            list("1", staff_.revoke({})), resource("a", "1", asking()),
            resource("0", "1", listener_of({"a"}))};
  }

  postern::test::Authority staff_{"Staff"};
  SystemClock clock_;
  Preparer preparer_{clock_};
  std::shared_ptr<const net::Prepared> now_ = std::make_shared<const net::Prepared>();
};

TEST_F(PrepareClientCertificates, are_in_force_when_all_is_here) {
  EXPECT_TRUE(put(served()).errors.empty());
  EXPECT_NE(now_->snapshot->server("a"), nullptr);
}

TEST_F(PrepareClientCertificates, serve_nobody_while_a_list_is_missing) {
  auto resources = served();
  resources.erase(resources.begin() + 2);
  const auto p = put(std::move(resources));
  ASSERT_FALSE(p.errors.empty());
  EXPECT_EQ(now_->snapshot->server("a"), nullptr);
  EXPECT_TRUE(put({list("1", staff_.revoke({}))}).errors.empty());
  EXPECT_NE(now_->snapshot->server("a"), nullptr);
}

TEST_F(PrepareClientCertificates, keep_the_list_before_one_that_cannot_be_read) {
  (void)put(served());
  const auto p = put({list("2", "garbled")});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Secret, "ns/list#ca.crl"}));
  EXPECT_NE(now_->snapshot->server("a"), nullptr);
}

TEST_F(PrepareClientCertificates, of_a_new_list_are_new_for_every_handshake) {
  (void)put(served());
  const auto before = now_->tls_servers;
  EXPECT_TRUE(put({list("2", staff_.revoke({staff_.issue({"bert"})}))}).errors.empty());
  EXPECT_NE(now_->tls_servers, before);
}

}  // namespace
}  // namespace postern::adopt::test
