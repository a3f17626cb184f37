// A backend whose login needs a secret is in force with it, and not before.
#include <gtest/gtest.h>

#include "proxy/adopt/prepare.h"
#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {
namespace {

using config::ResourceKey;
using config::ResourceType;

config::Resource master(const std::string& version, std::string_view password) {
  return resource("ns/credentials/master", version,
                  config::SecretMaterial{config::Credentials{"master", SharedSecret(password)}});
}

config::Resource by_master(const std::string& version) {
  config::Backend backend;
  backend.ports.push_back({});
  backend.ports[0].login.method = config::LoginMethod::MasterUser;
  backend.ports[0].login.master = "ns/credentials/master";
  backend.tls.server_names = {"pod.example"};
  return resource("a/box", version, std::move(backend));
}

class PrepareLogins : public ::testing::Test {
 protected:
  Preparation put(std::vector<config::Resource> upserts, std::vector<ResourceKey> removals = {}) {
    Preparation out = preparer_.prepare({"v", held(std::move(upserts)), std::move(removals)});
    if (out.prepared) now_ = out.prepared;
    return out;
  }
  [[nodiscard]] const config::Backend* backend() const { return now_->snapshot->backend("a/box"); }

  SystemClock clock_;
  Preparer preparer_{clock_};
  std::shared_ptr<const net::Prepared> now_ = std::make_shared<const net::Prepared>();
};

TEST_F(PrepareLogins, take_a_backend_with_its_master) {
  EXPECT_TRUE(put({master("1", "s3cret"), by_master("1")}).errors.empty());
  EXPECT_NE(backend(), nullptr);
}

TEST_F(PrepareLogins, refuse_a_backend_without_its_master_until_it_comes) {
  const auto p = put({by_master("1")});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].code, ErrorCode::MissingDependency);
  EXPECT_EQ(p.errors[0].field, "ports[0].login.master");
  const auto came = put({master("1", "here")});
  EXPECT_EQ(came.recovered, (std::vector<ResourceKey>{{ResourceType::Backend, "a/box"}}));
  EXPECT_NE(backend(), nullptr);
}

TEST_F(PrepareLogins, do_not_take_a_text_for_credentials) {
  const auto p = put({resource("ns/credentials/master", "1",
                               config::SecretMaterial{config::SecretText{SharedSecret("x")}}),
                      by_master("1")});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key.type, ResourceType::Backend);
}

TEST_F(PrepareLogins, do_not_let_a_secret_go_that_a_backend_logs_in_with) {
  (void)put({master("1", "s3cret"), by_master("1")});
  (void)put({}, {{ResourceType::Secret, "ns/credentials/master"}});
  EXPECT_EQ(backend(), nullptr);
}

}  // namespace
}  // namespace postern::adopt::test
