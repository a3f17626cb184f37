#include <cstdlib>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "postern/config/v1alpha1/config.grpc.pb.h"
#include "tests/feature/stream/both_ends.h"

namespace postern {
namespace {

namespace pb = config::v1alpha1;
using config::Resource;
using config::ResourceKey;
using config::ResourceType;
using publish::ApplyReport;
using State = ApplyReport::State;
using test::ControllerEnd;
using test::NotingAdopter;
using test::ProxyEnd;
using test::Reports;

Resource mk_server(const std::string& name, const std::string& content = "mail.example.org") {
  config::Server server;
  server.server_name = content;
  return {name, {}, {{"MailServer", "mail", name, "uid-" + name, 3}}, server};
}

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
  const std::string version = controller.push().publish({{mk_server("a"), mk_server("b")}, {}});
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
      controller.push().publish({{mk_server("a"), mk_server("b", "new")}, {}});
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
  const std::string version = controller.push().publish({{mk_server("a"), mk_server("b")}, {}});
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
  ASSERT_TRUE(reports.of_version(controller.push().publish({{mk_server("a", "bad")}, {}})));
  proxy.adopter.accept(kA);
  const auto report = reports.of_version(controller.push().publish({{mk_server("a", "good")}, {}}));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, State::Active);
  EXPECT_TRUE(report->refusals.empty());
}

TEST(Stream, carries_a_later_correction_of_a_result) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  const std::string version = controller.push().publish({{mk_server("a")}, {}});
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
    version = controller.push().publish({{mk_server("a", std::to_string(i))}, {}});
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
  std::vector<Resource> all;
  for (int i = 0; i < 300; ++i) {
    all.push_back(mk_server("s" + std::to_string(i), std::string(10'000, 'x')));
  }
  const auto report = reports.of_version(controller.push().publish({std::move(all), {}}));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, State::Active);
  EXPECT_EQ(proxy.adopter.updates(), 1U);
  EXPECT_EQ(proxy.adopter.held().size(), 300U);
}

TEST(Stream, carries_texts_that_are_not_utf8) {
  Reports reports;
  ControllerEnd controller(reports);
  ProxyEnd proxy(controller.channel());
  ASSERT_TRUE(reports.of_version(controller.push().publish({{mk_server("a", "\xFF\xFE")}, {}})));
  const adopt::Update update = proxy.adopter.update(0);
  EXPECT_EQ(std::get<config::Server>(update.upserts[0].body).server_name, "\xFF\xFE");
}

TEST(Stream, sends_nothing_held_again_after_the_controller_restarted) {
  const SocketFolder folder;
  Reports reports;
  const std::vector<Resource> world{mk_server("a"), mk_server("b")};
  auto controller = std::make_unique<ControllerEnd>(reports, folder.address());
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  ProxyEnd proxy(grpc::CreateCustomChannel(folder.address(), grpc::InsecureChannelCredentials(),
                                           arguments));
  const std::string version = controller->push().publish({world, {}});
  ASSERT_TRUE(reports.of_version(version));
  controller.reset();
  ASSERT_TRUE(reports.in_state(State::Gone));
  reports.forget();
  controller = std::make_unique<ControllerEnd>(reports, folder.address());
  EXPECT_EQ(controller->push().publish({world, {}}), version);
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
  const std::string version = controller.push().publish({{mk_server("a")}, {}});
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
  const std::string version = controller.push().publish({{mk_server("a")}, {}});
  ASSERT_TRUE(reports.in_state(State::Gone));
  proxy.adopter.release();
  ASSERT_TRUE(reports.of_version(version));
}

// A proxy that says what the test wants it to say, and nothing else.
class BareProxy {
 public:
  explicit BareProxy(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(pb::ConfigStream::NewStub(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    stream_ = stub_->Connect(&context_);
  }
  void say(const pb::ProxyMessage& message) { stream_->Write(message); }
  std::optional<pb::ControllerMessage> hear() {
    pb::ControllerMessage message;
    if (!stream_->Read(&message)) return std::nullopt;
    return message;
  }
  grpc::Status end() {
    while (hear()) {
    }
    return stream_->Finish();
  }

 private:
  std::unique_ptr<pb::ConfigStream::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<pb::ProxyMessage, pb::ControllerMessage>> stream_;
};

pb::ProxyMessage mk_hello(const std::string& ingress_class = "mail") {
  pb::ProxyMessage message;
  message.mutable_hello()->mutable_node()->set_ingress_class(ingress_class);
  message.mutable_hello()->set_min_protocol(1);
  message.mutable_hello()->set_max_protocol(1);
  return message;
}

TEST(Stream, ends_when_no_hello_is_said) {
  Reports reports;
  publish::PushServerSettings settings = ControllerEnd::usual();
  settings.hello_timeout = Duration(20);
  ControllerEnd controller(reports, {}, settings);
  BareProxy proxy(controller.channel());
  EXPECT_EQ(proxy.end().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST(Stream, is_refused_to_a_proxy_of_another_class) {
  Reports reports;
  ControllerEnd controller(reports);
  controller.push().publish({{mk_server("a")}, {}});
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello("other"));
  EXPECT_FALSE(proxy.hear().has_value());
  EXPECT_EQ(proxy.end().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST(Stream, is_refused_without_a_common_protocol_and_says_both_ranges) {
  Reports reports;
  ControllerEnd controller(reports);
  BareProxy proxy(controller.channel());
  pb::ProxyMessage hello = mk_hello();
  hello.mutable_hello()->set_min_protocol(2);
  hello.mutable_hello()->set_max_protocol(3);
  proxy.say(hello);
  const grpc::Status status = proxy.end();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(status.error_message().find("2 to 3"), std::string::npos);
  EXPECT_NE(status.error_message().find("1 to 1"), std::string::npos);
}

TEST(Stream, ends_when_hello_is_said_twice_or_not_first) {
  Reports reports;
  ControllerEnd controller(reports);
  BareProxy twice(controller.channel());
  twice.say(mk_hello());
  twice.say(mk_hello());
  EXPECT_EQ(twice.end().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  BareProxy late(controller.channel());
  pb::ProxyMessage result;
  result.mutable_result()->set_nonce("1");
  late.say(result);
  EXPECT_EQ(late.end().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(Stream, says_nothing_of_configuration_before_there_is_one) {
  Reports reports;
  ControllerEnd controller(reports);
  BareProxy proxy(controller.channel());
  proxy.say(mk_hello());
  const auto welcome = proxy.hear();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  EXPECT_EQ(welcome->welcome().protocol(), 1U);
  EXPECT_EQ(welcome->welcome().controller_id(), "controller-1");
  controller.push().publish({{mk_server("a")}, {}});
  const auto update = proxy.hear();
  ASSERT_TRUE(update && update->has_update());
  EXPECT_EQ(update->update().upserts_size(), 1);
}

TEST(Stream, stops_with_proxies_that_do_not_read) {
  Reports reports;
  auto controller = std::make_unique<ControllerEnd>(reports);
  BareProxy proxy(controller->channel());
  proxy.say(mk_hello());
  ASSERT_TRUE(proxy.hear().has_value());
  std::vector<Resource> all;
  for (int i = 0; i < 300; ++i) {
    all.push_back(mk_server("s" + std::to_string(i), std::string(10'000, 'x')));
  }
  controller->push().publish({std::move(all), {}});
  controller.reset();
  EXPECT_FALSE(proxy.end().ok());
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
    version = controller.push().publish({{mk_server("a", std::to_string(i)), mk_server("b")}, {}});
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
