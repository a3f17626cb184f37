#include <cstdlib>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "controller/publish/wanted.h"
#include "tests/feature/stream/both_ends.h"

namespace postern {
namespace {

using config::Resource;
using config::ResourceKey;
using config::ResourceType;
using publish::ApplyReport;
using State = ApplyReport::State;
using test::ControllerEnd;
using test::mk_server;
using test::ProxyEnd;
using test::Reports;

const ResourceKey kA{ResourceType::Server, "a"};

// A folder of its own for a Unix socket: an address that survives a restart and is nobody's port.
class SocketFolder {
 public:
  SocketFolder() {
    std::string name = std::filesystem::temp_directory_path() / "postern-stream-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~SocketFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string address() const { return "unix:" + path_ + "/stream"; }

 private:
  std::string path_;
};

TEST(Stream, brings_what_was_published_into_force_and_reports_it) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  const std::string version =
      controller.push().publish({{mk_server("a"), mk_server("b")}, {}}).version;
  const auto report = reports.of_version(version);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, State::Active);
  EXPECT_EQ(report->proxy, "proxy-1");
  EXPECT_EQ(proxy.adopter.version(), version);
  EXPECT_EQ(proxy.adopter.held().size(), 2U);
}

TEST(Stream, sends_only_what_changed) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.push().publish({{mk_server("a"), mk_server("b"), mk_server("c")}, {}});
  ProxyEnd proxy(controller.channel());
  EXPECT_EQ(proxy.adopter.update(0).upserts.size(), 3U);
  const std::string version =
      controller.push().publish({{mk_server("b", "new")}, {{ResourceType::Server, "c"}}}).version;
  ASSERT_TRUE(reports.of_version(version));
  const adopt::Update update = proxy.adopter.update(1);
  ASSERT_EQ(update.upserts.size(), 1U);
  EXPECT_EQ(update.upserts[0].name, "b");
  EXPECT_EQ(update.removals, (std::vector<ResourceKey>{{ResourceType::Server, "c"}}));
}

TEST(Stream, reports_a_refused_resource_with_its_source_and_the_rest_goes_on) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  proxy.adopter.refuse(kA);
  const std::string version =
      controller.push().publish({{mk_server("a"), mk_server("b")}, {}}).version;
  const auto report = reports.of_version(version);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, State::PartiallyActive);
  ASSERT_EQ(report->refusals.size(), 1U);
  EXPECT_EQ(report->refusals[0].key, kA);
  EXPECT_EQ(report->refusals[0].code, publish::Refusal::Code::BadCertificate);
  EXPECT_EQ(report->refusals[0].field, "tls.key_pairs[0]");
  EXPECT_EQ(report->refusals[0].detail, "key and certificate differ");
  ASSERT_EQ(report->refusals[0].sources.size(), 1U);
  EXPECT_EQ(report->refusals[0].sources[0].uid, "uid-a");
  EXPECT_EQ(proxy.adopter.held().size(), 1U);
}

TEST(Stream, asks_again_when_a_refused_resource_was_corrected) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  proxy.adopter.refuse(kA);
  ASSERT_TRUE(reports.of_version(controller.push().publish({{mk_server("a", "bad")}, {}}).version));
  proxy.adopter.accept(kA);
  const auto report =
      reports.of_version(controller.push().publish({{mk_server("a", "good")}, {}}).version);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, State::Active);
  EXPECT_TRUE(report->refusals.empty());
}

TEST(Stream, carries_a_later_correction_of_a_result) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  const std::string version = controller.push().publish({{mk_server("a")}, {}}).version;
  const auto first = reports.of_version(version);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->state, State::Active);
  proxy.adopter.correct({adopt::State::PartiallyActive,
                         {{kA, "", "", adopt::ErrorCode::BindFailed, "port", "in use", true}}});
  const auto later = reports.in_state(State::PartiallyActive);
  ASSERT_TRUE(later);
  ASSERT_EQ(later->refusals.size(), 1U);
  EXPECT_TRUE(later->refusals[0].retryable);
  EXPECT_EQ(proxy.adopter.updates(), 1U);
}

TEST(Stream, merges_changes_while_an_update_is_in_hand) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  proxy.adopter.hold_back();
  controller.push().publish({{mk_server("a", "1")}, {}});
  EXPECT_EQ(proxy.adopter.update(0).upserts.size(), 1U);
  std::string version;
  for (int i = 2; i < 50; ++i) {
    version = controller.push().publish({{mk_server("a", std::to_string(i))}, {}}).version;
  }
  proxy.adopter.release();
  ASSERT_TRUE(reports.of_version(version));
  EXPECT_EQ(proxy.adopter.updates(), 2U);
}

TEST(Stream, carries_an_update_of_many_chunks_whole) {
  Reports reports;
  ControllerEnd controller(reports);
  control::SubscriberSettings settings = ProxyEnd::usual();
  settings.max_update_bytes = 64 << 10;
  ProxyEnd proxy(controller.channel(), settings);
  std::vector<config::FreshResource> all;
  for (int i = 0; i < 300; ++i) {
    all.push_back(mk_server("s" + std::to_string(i), std::string(10'000, 'x')));
  }
  const auto report = reports.of_version(controller.push().publish({std::move(all), {}}).version);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, State::Active);
  EXPECT_EQ(proxy.adopter.updates(), 1U);
  EXPECT_EQ(proxy.adopter.held().size(), 300U);
}

TEST(Stream, says_of_a_resource_that_is_too_large_where_it_came_from) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  const std::string version =
      controller.push()
          .publish(
              {{mk_server("a", std::string(publish::kMostResourceOctets, 'x')), mk_server("b")},
               {}})
          .version;
  const auto report = reports.wait_for([](const ApplyReport& r) { return r.connection == 0; });
  ASSERT_TRUE(report);
  ASSERT_EQ(report->refusals.size(), 1U);
  EXPECT_EQ(report->refusals[0].code, publish::Refusal::Code::LimitExceeded);
  EXPECT_EQ(report->refusals[0].sources[0].name, "a");
  ASSERT_TRUE(reports.wait_for([&](const ApplyReport& r) {
    return r.connection != 0 && r.version == version && r.state == State::Active;
  }));
}

TEST(Stream, carries_texts_that_are_not_utf8) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  ASSERT_TRUE(
      reports.of_version(controller.push().publish({{mk_server("a", "\xFF\xFE")}, {}}).version));
  const adopt::Update update = proxy.adopter.update(0);
  EXPECT_EQ(update.upserts[0].as<config::Server>()->server_name, "\xFF\xFE");
}

Resource mk_members(std::uint32_t weight) {
  config::EndpointSet set;
  for (int i = 0; i < 20; ++i) {
    set.endpoints.push_back({"pod-" + std::to_string(100 + i), {}, {{Protocol::Imap, 143}}});
  }
  set.endpoints[0].weight = weight;
  return {"mail/example/dovecot", {}, {}, std::move(set)};
}

TEST(Stream, brings_endpoints_whole_also_where_a_delta_was_sent) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  for (std::uint32_t weight = 1; weight < 5; ++weight) {
    const auto published = controller.publish({mk_members(weight)});
    ASSERT_TRUE(reports.settled(State::Active, published.sequence));
    const adopt::Update update = proxy.adopter.update(weight - 1);
    EXPECT_TRUE(update.upserts.at(0).body == mk_members(weight).body);
  }
}

TEST(Stream, brings_endpoints_whole_to_a_proxy_that_lost_the_base_of_a_delta) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  ASSERT_TRUE(reports.settled(State::Active, controller.publish({mk_members(1)}).sequence));
  proxy.adopter.lose({ResourceType::Endpoints, "mail/example/dovecot"});
  const auto published = controller.publish({mk_members(2)});
  const auto report = reports.wait_for([&](const ApplyReport& r) {
    return r.sequence == published.sequence && r.state == State::Active;
  });
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->refusals.empty());
  const adopt::HeldResource held = proxy.adopter.held().at(0);
  EXPECT_EQ(held.version, controller.push().wanted().at(0)->version);
}

TEST(Stream, sends_nothing_held_again_after_the_controller_restarted) {
  const SocketFolder folder;
  Reports reports;
  const std::vector<config::FreshResource> world{mk_server("a"), mk_server("b")};
  auto controller = std::make_unique<ControllerEnd>(reports, folder.address());
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  ProxyEnd proxy(
      grpc::CreateCustomChannel(folder.address(), grpc::InsecureChannelCredentials(), arguments));
  const std::string version = controller->push().publish({world, {}}).version;
  ASSERT_TRUE(reports.of_version(version));
  controller.reset();
  ASSERT_TRUE(reports.in_state(State::Gone));
  reports.forget();
  controller = std::make_unique<ControllerEnd>(reports, folder.address());
  EXPECT_EQ(controller->push().publish({world, {}}).version, version);
  ASSERT_TRUE(reports.of_version(version));
  const adopt::Update update = proxy.adopter.update(1);
  EXPECT_TRUE(update.upserts.empty());
  EXPECT_TRUE(update.removals.empty());
  EXPECT_EQ(update.version, version);
}

TEST(Stream, comes_back_after_a_redirect_and_keeps_what_it_has) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  const std::string version = controller.push().publish({{mk_server("a")}, {}}).version;
  const auto first = reports.of_version(version);
  ASSERT_TRUE(first);
  controller.push().redirect(Duration(0), "rebalance");
  const auto second = reports.wait_for([&](const ApplyReport& report) {
    return report.connection != first->connection && report.state == State::Active;
  });
  ASSERT_TRUE(second);
  EXPECT_EQ(second->version, version);
  EXPECT_TRUE(proxy.adopter.update(1).upserts.empty());
}

TEST(Stream, is_lost_when_a_proxy_gives_no_result_and_found_again) {
  Reports reports;
  publish::PushServerSettings settings = ControllerEnd::usual();
  settings.result_timeout = Duration(50);
  ControllerEnd controller(reports, {}, settings);
  ProxyEnd proxy(controller.channel());
  proxy.adopter.hold_back();
  const std::string version = controller.push().publish({{mk_server("a")}, {}}).version;
  ASSERT_TRUE(reports.in_state(State::Gone));
  proxy.adopter.release();
  ASSERT_TRUE(reports.of_version(version));
}

TEST(Stream, stops_from_the_proxys_side_at_any_time) {
  Reports reports;
  ControllerEnd controller(reports);
  for (int i = 0; i < 50; ++i) {
    ProxyEnd proxy(controller.channel());
    controller.push().publish({{mk_server("a", std::to_string(i))}, {}});
    proxy.subscriber().stop();
  }
}

TEST(Stream, serves_many_proxies_under_many_changes) {
  Reports reports;
  ControllerEnd controller(reports);
  std::vector<std::unique_ptr<ProxyEnd>> proxies;
  for (int i = 0; i < 8; ++i) proxies.push_back(std::make_unique<ProxyEnd>(controller.channel()));
  std::string version;
  for (int i = 0; i < 200; ++i) {
    version = controller.push()
                  .publish({{mk_server("a", std::to_string(i)), mk_server("b")}, {}})
                  .version;
  }
  std::set<std::uint64_t> active;
  while (active.size() < proxies.size()) {
    const auto report = reports.wait_for([&](const ApplyReport& r) {
      return r.version == version && r.state == State::Active && !active.contains(r.connection);
    });
    ASSERT_TRUE(report);
    active.insert(report->connection);
  }
  for (const auto& proxy : proxies) EXPECT_EQ(proxy->adopter.version(), version);
}

}  // namespace
}  // namespace postern
