#include "proxy/adopt/prepare.h"

#include <gtest/gtest.h>

#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {
namespace {

using config::ResourceKey;
using config::ResourceType;

config::Provider asking(config::HttpService service) {
  service.host = "auth.example";
  service.tls.server_names = {"auth.example"};
  service.tls.system_trust = false;
  config::Provider provider;
  provider.kind = config::HttpProvider{std::move(service)};
  return provider;
}

config::Provider in_clear(std::vector<config::HttpHeader> headers = {}) {
  config::HttpService service;
  service.secure = false;
  service.headers = std::move(headers);
  return asking(std::move(service));
}

config::Resource text(const std::string& version, std::string_view octets) {
  return resource("ns/key#key", version,
                  config::SecretMaterial{config::SecretText{SharedSecret(octets)}});
}

class PrepareProviders : public ::testing::Test {
 protected:
  Preparation put(std::vector<config::Resource> upserts, std::vector<ResourceKey> removals = {}) {
    Preparation out = preparer_.prepare({"v", held(std::move(upserts)), std::move(removals)});
    if (out.prepared) now_ = out.prepared;
    return out;
  }
  [[nodiscard]] const net::ReadyProvider* ready() const { return now_->provider("a/auth"); }
  [[nodiscard]] config::Server asks_auth() const {
    config::Server server = server_with("ns/k");
    server.providers = {"a/auth"};
    return server;
  }
  [[nodiscard]] std::vector<config::Resource> served() const {
    return {secret("ns/k", "1", good_pair("a.example")), resource("a", "1", asks_auth()),
            resource("0", "1", listener_of({"a"}))};
  }

  SystemClock clock_;
  Preparer preparer_{clock_};
  std::shared_ptr<const net::Prepared> now_ = std::make_shared<const net::Prepared>();
};

TEST_F(PrepareProviders, have_their_headers_in_order_with_the_secret_ones_filled_in) {
  const auto p =
      put({text("1", "s3cret"),
           resource("a/auth", "1", in_clear({{"X-A", "1", ""}, {"X-K", "", "ns/key#key"}}))});
  EXPECT_TRUE(p.errors.empty());
  ASSERT_NE(ready(), nullptr);
  EXPECT_EQ(ready()->tls, nullptr);
  ASSERT_EQ(ready()->headers.size(), 2U);
  EXPECT_EQ(ready()->headers[0].value.reveal(), "1");
  EXPECT_EQ(ready()->headers[1].name, "X-K");
  EXPECT_EQ(ready()->headers[1].value.reveal(), "s3cret");
}

TEST_F(PrepareProviders, send_a_changed_secret_from_the_next_snapshot_on) {
  (void)put({text("1", "old"), resource("a/auth", "1", in_clear({{"X-K", "", "ns/key#key"}}))});
  (void)put({text("2", "new")});
  EXPECT_EQ(ready()->headers[0].value.reveal(), "new");
}

TEST_F(PrepareProviders, without_a_secret_are_refused_by_field_until_it_comes) {
  const auto p = put({resource("a/auth", "1", in_clear({{"X-K", "", "ns/key#key"}}))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].code, ErrorCode::MissingDependency);
  EXPECT_EQ(p.errors[0].field, "http.service.headers[0].secret");
  const auto came = put({text("1", "here")});
  EXPECT_EQ(came.recovered, (std::vector<ResourceKey>{{ResourceType::Provider, "a/auth"}}));
  EXPECT_NE(ready(), nullptr);
}

TEST_F(PrepareProviders, do_not_take_a_key_pair_for_the_text_of_a_header) {
  const auto p = put({secret("ns/key#key", "1", good_pair("a.example")),
                      resource("a/auth", "1", in_clear({{"X-K", "", "ns/key#key"}}))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key.type, ResourceType::Provider);
}

TEST_F(PrepareProviders, over_tls_need_the_authorities_that_they_name) {
  config::HttpService service;
  service.tls.trust = {"ns/ca"};
  const auto p = put({resource("a/auth", "1", asking(service))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].field, "http.service.tls.trust");
  const std::string ca(postern::test::Authority().bundle().ca_pem.text());
  (void)put({resource("ns/ca", "1", config::SecretMaterial{config::TrustBundle{ca}})});
  ASSERT_NE(ready(), nullptr);
  EXPECT_NE(ready()->tls, nullptr);
}

// The mail pod would decide in its place.
TEST_F(PrepareProviders, that_are_not_here_take_their_server_along) {
  const auto p = put(served());
  ASSERT_EQ(p.errors.size(), 2U);
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Server, "a"}));
  EXPECT_EQ(p.errors[0].field, "providers[0]");
  EXPECT_EQ(now_->tls_server(0), nullptr);
  EXPECT_TRUE(put({resource("a/auth", "1", in_clear())}).errors.empty());
  EXPECT_NE(now_->tls_server(0), nullptr);
  EXPECT_EQ(put({}, {{ResourceType::Provider, "a/auth"}}).errors.size(), 2U);
  EXPECT_EQ(now_->tls_server(0), nullptr);
  EXPECT_EQ(ready(), nullptr);
}

TEST_F(PrepareProviders, that_are_refused_stay_as_they_were_and_their_server_too) {
  auto all = served();
  all.push_back(resource("a/auth", "1", in_clear()));
  (void)put(std::move(all));
  const auto p = put({resource("a/auth", "2", in_clear({{"X-K", "", "ns/missing#key"}}))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].running_version, "1");
  ASSERT_NE(ready(), nullptr);
  EXPECT_TRUE(ready()->headers.empty());
  EXPECT_NE(now_->tls_server(0), nullptr);
}

TEST_F(PrepareProviders, that_change_leave_listeners_and_backends_of_the_same_name_as_they_are) {
  config::Backend backend;
  backend.tls.server_names = {"box.example"};
  backend.tls.system_trust = false;
  auto all = served();
  all.push_back(resource("a/auth", "1", in_clear()));
  all.push_back(resource("a/auth", "1", backend));
  (void)put(std::move(all));
  const auto before = now_;
  (void)put({resource("a/auth", "2", in_clear({{"X-A", "1", ""}}))});
  EXPECT_NE(now_, before);
  EXPECT_EQ(ready()->headers.size(), 1U);
  EXPECT_EQ(now_->tls_server(0), before->tls_server(0));
  EXPECT_EQ(now_->tls_client("a/auth"), before->tls_client("a/auth"));
}

}  // namespace
}  // namespace postern::adopt::test
