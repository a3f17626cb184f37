// Who is not served, and by whom nobody is served.
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "tests/feature/identity/ends.h"

namespace postern::test {
namespace {

using identity::channel_credentials;
using identity::Role;
using identity::server_credentials;

constexpr const char* kControllerName = "URI:spiffe://postern/class/mail/controller";

class RefusalTest : public testing::Test {
 protected:
  // What a client of this sort gets from the real controller's end.
  grpc::Status asked(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    bool received_nothing = false;
    Call call(server_.address(), credentials);
    const grpc::Status status = call.end(&received_nothing);
    EXPECT_TRUE(received_nothing);
    return status;
  }

  KeptLines lines_;
  identity::GrpcLines grpc_lines_{lines_};
  StreamAuthority authority_;
  KeptEnd controller_{kController, authority_.issue(kController)};
  KeptEnd proxy_{kProxy, authority_.issue(kProxy)};
  Server server_{server_credentials(controller_.kept())};
};

TEST_F(RefusalTest, a_proxy_of_the_class_is_served) {
  Call call(server_.address(), channel_credentials(proxy_.kept()));
  EXPECT_TRUE(call.ask());
  EXPECT_TRUE(call.end().ok());
}

TEST_F(RefusalTest, a_proxy_of_another_class_is_refused_and_receives_nothing) {
  const grpc::Status status = asked(rogue_client(authority_.issue({Role::Proxy, "other"})));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_NE(status.error_message().find("other"), std::string::npos);
}

TEST_F(RefusalTest, a_rogue_end_with_the_right_identity_would_be_served) {
  // The rows below fail for their certificate, then, and not for how they are made.
  Call as_proxy(server_.address(), rogue_client(authority_.issue(kProxy)));
  EXPECT_TRUE(as_proxy.ask());
  Server as_controller(rogue_server(authority_.issue(kController)));
  Call call(as_controller.address(), channel_credentials(proxy_.kept()));
  (void)call.end();
  EXPECT_EQ(as_controller.desk.asked, 1);
}

TEST_F(RefusalTest, whoever_is_no_proxy_is_refused) {
  for (const char* names : {kControllerName, "DNS:proxy", "URI:https://example.org/proxy",
                            "URI:spiffe://postern/class/mail/proxy,"
                            "URI:spiffe://postern/class/other/proxy"}) {
    const grpc::Status status =
        asked(rogue_client(authority_.issue_odd(names, KeyKind::Ec, "clientAuth")));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << names;
  }
}

TEST_F(RefusalTest, without_a_good_certificate_nobody_comes_to_the_desk) {
  const auto now = std::chrono::system_clock::now();
  PairFiles foreign = StreamAuthority().issue(kProxy);
  foreign.authorities = authority_.pem();
  for (const PairFiles& files :
       {foreign, authority_.issue(kProxy, around(now, 7'200, -60)),
        PairFiles{authority_.pem(), "", ""},
        authority_.issue_odd("URI:spiffe://postern/class/mail/proxy", KeyKind::Ec, "serverAuth")}) {
    EXPECT_EQ(asked(rogue_client(files)).error_code(), grpc::StatusCode::UNAVAILABLE);
  }
  EXPECT_EQ(asked(grpc::InsecureChannelCredentials()).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server_.desk.asked, 0);
}

TEST_F(RefusalTest, a_proxy_takes_no_controller_but_its_own) {
  const auto now = std::chrono::system_clock::now();
  const auto odd = [&](const std::string& names) {
    return authority_.issue_odd(names, KeyKind::Ec, "serverAuth,clientAuth");
  };
  const struct {
    const char* what;
    PairFiles files;
    const char* words = "is not that of spiffe://postern/class/mail/controller";
  } rows[] = {
      {"of another class", authority_.issue({Role::Controller, "other"})},
      {"a proxy", odd("URI:spiffe://postern/class/mail/proxy")},
      {"right host name, no identity", odd("DNS:localhost,IP:127.0.0.1")},
      {"two identities",
       odd(std::string(kControllerName) + ",URI:spiffe://postern/class/x/controller")},
      {"of a foreign authority", StreamAuthority().issue(kController), "verify failed"},
      {"expired", authority_.issue(kController, around(now, 7'200, -60)), "verify failed"},
      {"a certificate for clients",
       authority_.issue_odd(kControllerName, KeyKind::Ec, "clientAuth"), "verify failed"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    Server rogue(rogue_server(row.files));
    Call call(rogue.address(), channel_credentials(proxy_.kept()));
    EXPECT_FALSE(call.ask());
    const grpc::Status status = call.end();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_NE(status.error_message().find(row.words), std::string::npos) << status.error_message();
    EXPECT_EQ(rogue.desk.asked, 0);
  }
}

TEST_F(RefusalTest, a_proxy_speaks_to_no_controller_in_plaintext) {
  Server rogue(grpc::InsecureServerCredentials());
  Call call(rogue.address(), channel_credentials(proxy_.kept()));
  EXPECT_FALSE(call.ask());
  EXPECT_EQ(call.end().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(rogue.desk.asked, 0);
}

TEST_F(RefusalTest, who_comes_without_tls_or_in_process_has_no_class) {
  Server plain(grpc::InsecureServerCredentials());
  Call call(plain.address(), grpc::InsecureChannelCredentials());
  EXPECT_EQ(call.end().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(plain.desk.asked, 1);
}

TEST_F(RefusalTest, before_its_first_good_pair_an_end_serves_and_asks_nobody) {
  const PairFiles good = authority_.issue(kController);
  KeptEnd late(kController, {"", "", ""});
  const auto credentials = server_credentials(late.kept());
  Server server(credentials);
  const auto ours = channel_credentials(proxy_.kept());
  EXPECT_EQ(Call(server.address(), ours).end().error_code(), grpc::StatusCode::UNAVAILABLE);
  KeptEnd late_proxy(kProxy, {"", "", ""});
  const auto late_ours = channel_credentials(late_proxy.kept());
  EXPECT_EQ(Call(server_.address(), late_ours).end().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.desk.asked + server_.desk.asked, 0);

  EXPECT_TRUE(late.put(good));
  EXPECT_TRUE(late_proxy.put(authority_.issue(kProxy)));
  EXPECT_TRUE(soon([&] { return Call(server.address(), late_ours).ask(); }));
}

}  // namespace
}  // namespace postern::test
