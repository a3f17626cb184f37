// What a proxy takes as a provider, and as what goes with providers: a request that is made of it
// holds nothing but what was meant.
#include <functional>

#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"
#include "tests/unit/common/wire/spoiled.h"

namespace postern::wire {
namespace {

config::Provider mk_provider() {
  config::HttpProvider http;
  http.service.host = "auth.example";
  http.service.addresses = {ServerAddress{*SocketAddress::parse("192.0.2.1:443")}};
  http.service.tls.server_names = {"auth.example"};
  http.service.headers = {{"X-Zone", "1", ""}, {"X-Key", "", "mail/key#key"}};
  config::Provider provider;
  provider.name = "accounts";
  provider.mechanisms = {Mechanism::Plain};
  provider.kind = http;
  return provider;
}

pb::HttpService& service_of(pb::Resource& message) {
  return *message.mutable_provider()->mutable_http()->mutable_service();
}

TEST(ProviderCodec, refuses_by_field_what_would_become_another_request) {
  expect_each_refused(
      mk_provider(),
      {{"http.service.headers[0].name",
        [](pb::Resource& m) { service_of(m).mutable_headers(0)->set_name("X-A: b\r\nX-B"); }},
       {"http.service.headers[0].name",
        [](pb::Resource& m) { service_of(m).mutable_headers(0)->clear_name(); }},
       {"http.service.headers[1].value",
        [](pb::Resource& m) {
          service_of(m).mutable_headers(1)->clear_secret();
          service_of(m).mutable_headers(1)->set_value("1\r\nAuth-User: root");
        }},
       {"http.service.headers[1]",
        [](pb::Resource& m) { service_of(m).mutable_headers(1)->set_value("both"); }},
       {"http.service.target", [](pb::Resource& m) { service_of(m).set_target("auth"); }},
       {"http.service.target", [](pb::Resource& m) { service_of(m).set_target("/a b"); }},
       {"http.service.target", [](pb::Resource& m) { service_of(m).set_target("/a\r\n"); }},
       {"http.service.host", [](pb::Resource& m) { service_of(m).clear_host(); }},
       {"http.service.host", [](pb::Resource& m) { service_of(m).set_host("a\nb"); }}});
}

TEST(ProviderCodec, refuses_by_field_numbers_out_of_bounds_and_addresses_that_are_none) {
  expect_each_refused(
      mk_provider(),
      {{"timeout_ms", [](pb::Resource& m) { m.mutable_provider()->clear_timeout_ms(); }},
       {"timeout_ms", [](pb::Resource& m) { m.mutable_provider()->set_timeout_ms(600'001); }},
       {"cache.max_entries",
        [](pb::Resource& m) { m.mutable_provider()->mutable_cache()->set_accepted_s(1); }},
       {"http.service.port", [](pb::Resource& m) { service_of(m).set_port(0); }},
       {"http.service.addresses[0]",
        [](pb::Resource& m) { service_of(m).set_addresses(0, "auth.example:443"); }},
       {"http.service.addresses[0]",
        [](pb::Resource& m) { service_of(m).set_addresses(0, "192.0.2.1:0"); }},
       {"http.service.addresses", [](pb::Resource& m) {
          for (int i = 0; i < 1024; ++i) service_of(m).add_addresses("192.0.2.1:1");
        }}});
}

TEST(ProviderCodec, refuses_by_field_choices_that_are_missing_or_of_a_newer_controller) {
  expect_each_refused(
      mk_provider(),
      {{"on_reject", [](pb::Resource& m) { m.mutable_provider()->clear_on_reject(); }},
       {"on_unavailable", [](pb::Resource& m) { m.mutable_provider()->clear_on_unavailable(); }},
       {"http.strictness",
        [](pb::Resource& m) { m.mutable_provider()->mutable_http()->clear_strictness(); }},
       {"http.service.tls.verification",
        [](pb::Resource& m) { service_of(m).mutable_tls()->clear_verification(); }},
       {"mechanisms[0]",
        [](pb::Resource& m) {
          m.mutable_provider()->set_mechanisms(0, static_cast<pb::Mechanism>(99));
        },
        DecodeFailure::Unsupported},
       {"kind", [](pb::Resource& m) { m.mutable_provider()->clear_kind(); },
        DecodeFailure::Unsupported}});
}

TEST(ProviderCodec, refuses_a_secret_text_that_would_be_two_lines_and_does_not_tell_it) {
  pb::Resource message = mk_message(config::SecretText{SharedSecret("good")});
  message.mutable_secret()->mutable_text()->set_text("very\r\nsecret");
  const auto decoded = decode(message);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().field, "text");
  EXPECT_EQ(decoded.error().detail.find("very"), std::string::npos);
}

TEST(ProviderCodec, refuses_rates_that_mean_never_or_always) {
  const auto protection = [](pb::Resource& m) { return m.mutable_server()->mutable_protection(); };
  expect_each_refused(
      config::Server{},
      {{"protection.per_source.failures",
        [&](pb::Resource& m) { protection(m)->mutable_per_source()->set_failures(0); }},
       {"protection.per_user.window_s",
        [&](pb::Resource& m) { protection(m)->mutable_per_user()->set_window_s(0); }},
       {"protection.per_user.block_s",
        [&](pb::Resource& m) { protection(m)->mutable_per_user()->set_block_s(1U << 31); }},
       {"protection.exempt[0]", [&](pb::Resource& m) { protection(m)->add_exempt("192.0.2.1"); }},
       {"providers[0]", [](pb::Resource& m) { m.mutable_server()->add_providers(""); }}});
}

TEST(ProviderCodec, takes_the_usual_protection_where_a_controller_does_not_know_of_it) {
  pb::Resource message = mk_message(config::Server{});
  message.mutable_server()->clear_protection();
  const auto decoded = decode(message);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->as<config::Server>()->protection, config::LoginProtection{});
}

TEST(ProviderCodec, refuses_by_field_load_balancers_that_are_no_networks) {
  config::Listener listener{993, Protocol::Imap, config::ListenerTls::Implicit, {{"a", {}}}};
  listener.proxy_protocol.emplace();
  const auto proxy = [](pb::Resource& m) { return m.mutable_listener()->mutable_proxy_protocol(); };
  expect_each_refused(
      listener,
      {{"proxy_protocol.trusted[0]", [&](pb::Resource& m) { proxy(m)->add_trusted("everybody"); }},
       {"proxy_protocol.other_peers", [&](pb::Resource& m) { proxy(m)->clear_other_peers(); }}});
}

}  // namespace
}  // namespace postern::wire
