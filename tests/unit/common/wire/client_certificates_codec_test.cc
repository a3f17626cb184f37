// Whom a proxy asks for a certificate, and who may have signed it: taken whole, or not at all.
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"
#include "tests/unit/common/wire/spoiled.h"

namespace postern::wire {
namespace {

using config::ClientCertificateMode;

config::Server mk_server(ClientCertificateMode mode) {
  config::Server server;
  server.tls.client_certificates.mode = mode;
  server.tls.client_certificates.trust = {"mail/ca#ca.crt"};
  return server;
}

std::string field_refused(const std::function<void(pb::ClientCertificates&)>& spoil) {
  pb::Resource message = mk_message(mk_server(ClientCertificateMode::Required));
  spoil(*message.mutable_server()->mutable_tls()->mutable_client_certificates());
  const auto decoded = decode(message);
  return decoded ? "" : decoded.error().field;
}

TEST(ClientCertificatesCodec, says_nothing_where_none_is_asked_for) {
  EXPECT_FALSE(
      mk_message(mk_server(ClientCertificateMode::None)).server().tls().has_client_certificates());
}

TEST(ClientCertificatesCodec, brings_back_what_was_said) {
  for (const auto& [mode, wire] : kClientCertificateModes) {
    const config::Server server = mk_server(mode);
    const auto decoded = decode(mk_message(server));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(*decoded->as<config::Server>(), server);
  }
}

TEST(ClientCertificatesCodec, refuses_to_verify_by_nobody) {
  EXPECT_EQ(field_refused([](auto& m) { m.clear_trust(); }), "tls.client_certificates.trust");
}

TEST(ClientCertificatesCodec, refuses_by_field_what_it_does_not_know) {
  EXPECT_EQ(field_refused([](auto& m) { m.clear_mode(); }), "tls.client_certificates.mode");
  EXPECT_EQ(field_refused([](auto& m) { m.set_max_depth(0); }),
            "tls.client_certificates.max_depth");
  EXPECT_EQ(field_refused([](auto& m) { m.set_max_depth(11); }),
            "tls.client_certificates.max_depth");
  EXPECT_EQ(field_refused([](auto& m) { m.add_revocations(""); }),
            "tls.client_certificates.revocations[0]");
}

TEST(ClientCertificatesCodec, of_a_provider_needs_a_place_for_the_name) {
  config::Provider provider;
  provider.mechanisms = {Mechanism::External};
  provider.kind = config::CertificateProvider{};
  pb::Resource message = mk_message(provider);
  message.mutable_provider()->mutable_certificate()->clear_name_from();
  const auto decoded = decode(message);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().field, "certificate.name_from");
}

}  // namespace
}  // namespace postern::wire
