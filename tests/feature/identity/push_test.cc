// The real controller's end behind mutual TLS: configuration goes to proxies of its class alone,
// whatever they say of themselves.
#include <memory>
#include <string>
#include <utility>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "controller/publish/push_server.h"
#include "tests/feature/identity/ends.h"
#include "tests/feature/stream/bare_proxy.h"

namespace postern::test {
namespace {

using identity::Role;

class PushTest : public testing::Test {
 protected:
  PushTest() {
    grpc::ServerBuilder builder;
    publish::set_stream_limits(builder);
    builder.AddListeningPort("127.0.0.1:0", identity::server_credentials(controller_.kept()),
                             &port_);
    builder.RegisterService(&push_.service());
    server_ = builder.BuildAndStart();
    config::Server content;
    content.server_name = "mail.example.org";
    publish::Publication publication;
    publication.upserts.emplace_back(config::Resource{"mail/example", {}, {}, content, {}, {}});
    (void)push_.publish(std::move(publication));
  }
  ~PushTest() override {
    push_.stop();
    server_->Shutdown();
  }
  std::shared_ptr<grpc::Channel> channel(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port_), credentials, arguments);
  }
  // Whoever has this certificate and says that it is of this class: what it is told at the end.
  grpc::Status refused(const identity::Identity& shown, const std::string& said) const {
    BareProxy proxy(channel(rogue_client(authority_.issue(shown))));
    proxy.say(mk_hello(said));
    EXPECT_FALSE(proxy.hear().has_value());
    return proxy.end();
  }

  KeptLines lines_;
  identity::GrpcLines grpc_lines_{lines_};
  StreamAuthority authority_;
  KeptEnd controller_{kController, authority_.issue(kController)};
  KeptEnd proxy_{kProxy, authority_.issue(kProxy)};
  publish::CertificateIdentity identity_;
  publish::PushServer push_{
      {.controller_id = "one", .ingress_class = "mail"}, identity_, {}, lines_};
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(PushTest, a_proxy_of_the_class_is_sent_what_is_published) {
  BareProxy proxy(channel(identity::channel_credentials(proxy_.kept())));
  proxy.say(mk_hello());
  const auto welcome = proxy.hear();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  const auto update = proxy.hear();
  ASSERT_TRUE(update && update->has_update());
  EXPECT_EQ(update->update().upserts_size(), 1);
}

TEST_F(PushTest, a_proxy_of_another_class_receives_nothing_whichever_class_it_says) {
  for (const char* said : {"mail", "other"}) {
    const grpc::Status status = refused({Role::Proxy, "other"}, said);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << said;
  }
  EXPECT_TRUE(push_.reports().empty());
}

TEST_F(PushTest, a_proxy_of_the_class_that_says_another_receives_nothing) {
  EXPECT_EQ(refused(kProxy, "other").error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace postern::test
