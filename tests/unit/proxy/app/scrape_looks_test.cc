#include "proxy/app/scrape_looks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "tests/support/manual_clock.h"
#include "tests/support/shown_metrics.h"

namespace postern::proxy_app {
namespace {

using postern::test::counted;
using postern::test::shown;

class ScrapeLooksTest : public ::testing::Test {
 protected:
  void put(std::string name, config::ResourceBody body) {
    auto one = std::make_shared<const config::Resource>(
        config::Resource{std::move(name), "v", {}, std::move(body)});
    resources_[one->key()] = one;
  }
  void put_certificate(const std::string& name, std::int64_t until) {
    config::KeyPair pair;
    pair.not_after_unix_s = until;
    put(name, config::SecretMaterial(pair));
  }
  void put_members(const std::string& backend, int ready, int not_ready) {
    config::EndpointSet set;
    for (int i = 0; i < ready + not_ready; ++i) {
      config::Endpoint& one = set.endpoints.emplace_back();
      one.id = "m" + std::to_string(i);
      one.state = i < ready ? config::EndpointState::Ready : config::EndpointState::NotReady;
    }
    put(backend, std::move(set));
  }
  void serve(const std::string& version) {
    snapshot_ = config::Snapshot(version, resources_);
    looks_->in_force();
  }

  postern::test::ManualClock clock_;
  Metrics metrics_;
  quota::History history_{256};
  config::Snapshot::Resources resources_;
  config::Snapshot snapshot_;
  std::unique_ptr<ScrapeLooks> looks_ = std::make_unique<ScrapeLooks>(
      metrics_, LookedAt{clock_, history_, [this] { return snapshot_; }});
};

TEST_F(ScrapeLooksTest, tell_the_version_in_force_and_since_when) {
  serve("a1");
  clock_.pass(std::chrono::seconds(90));
  serve("a1");
  EXPECT_EQ(counted(metrics_, "postern_config_version_info", {{"version", "a1"}}), 1);
  EXPECT_EQ(shown(metrics_, "postern_config_age_seconds"), 90);
  serve("b2");
  EXPECT_EQ(counted(metrics_, "postern_config_version_info", {{"version", "a1"}}), 0);
  EXPECT_EQ(counted(metrics_, "postern_config_version_info", {{"version", "b2"}}), 1);
  EXPECT_EQ(shown(metrics_, "postern_config_age_seconds"), 0);
}

TEST_F(ScrapeLooksTest, count_members_by_state) {
  put_members("mail/example/box", 3, 1);
  serve("1");
  const Labels box{{"mailserver", "mail/example"}, {"backend", "mail/example/box"}};
  EXPECT_EQ(counted(metrics_, "postern_backend_endpoints", box), 4);
  EXPECT_EQ(counted(metrics_, "postern_backend_endpoints", {{"state", "not_ready"}}), 1);
}

TEST_F(ScrapeLooksTest, of_five_thousand_mail_servers_make_some_hundred_series) {
  for (int i = 0; i < 5000; ++i) {
    const std::string name = "mail/s" + std::to_string(i);
    put_certificate(name, 1'000'000 + i);
    put_members(name + "/box", 1, 1);
  }
  serve("1");
  const std::string text = metrics_.text();
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 100 + 2 * 501 + 50);
  EXPECT_EQ(counted(metrics_, "postern_backend_endpoints"), 10'000);
  EXPECT_EQ(counted(metrics_, "postern_backend_endpoints", {{"backend", "other"}}), 9'000);
  // The hundred that expire first.
  EXPECT_EQ(
      counted(metrics_, "postern_certificate_expiry_timestamp_seconds", {{"secret", "mail/s0"}}),
      1'000'000);
  EXPECT_EQ(
      counted(metrics_, "postern_certificate_expiry_timestamp_seconds", {{"secret", "mail/s100"}}),
      0);
  EXPECT_EQ(counted(metrics_, "postern_series_refused_total"), 0);
}

TEST_F(ScrapeLooksTest, show_nothing_of_a_proxy_that_is_gone) {
  put_certificate("mail/tls", 1);
  serve("1");
  looks_.reset();
  EXPECT_EQ(metrics_.text().find("mail/tls"), std::string::npos);
}

}  // namespace
}  // namespace postern::proxy_app
