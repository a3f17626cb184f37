// New certificates on both sides without a restart, while an old stream lives on. Each stage is
// proved by new handshakes with the same credentials objects, as a program has them.
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "tests/feature/identity/ends.h"

namespace postern::test {
namespace {

using identity::channel_credentials;
using identity::server_credentials;

class RotationTest : public testing::Test {
 protected:
  // A new handshake in which each end shows the leaf of this set.
  bool both_show(const PairFiles& controllers, const PairFiles& proxys) {
    Call call(server_.address(), ours_);
    return call.ask() && call.seen_by_server() == proxys.chain &&
           call.seen_of_server() == controllers.chain;
  }
  bool both_show_soon(const PairFiles& controllers, const PairFiles& proxys) {
    return soon([&] { return both_show(controllers, proxys); });
  }
  static PairFiles trusting(PairFiles files, const std::string& authorities) {
    files.authorities = authorities;
    return files;
  }

  KeptLines lines_;
  identity::GrpcLines grpc_lines_{lines_};
  StreamAuthority authority_;
  PairFiles first_controllers_ = authority_.issue(kController);
  PairFiles first_proxys_ = authority_.issue(kProxy);
  KeptEnd controller_{kController, first_controllers_};
  KeptEnd proxy_{kProxy, first_proxys_};
  Server server_{server_credentials(controller_.kept())};
  std::shared_ptr<grpc::ChannelCredentials> ours_ = channel_credentials(proxy_.kept());
};

TEST_F(RotationTest, new_leaves_count_for_new_handshakes_and_old_streams_live_on) {
  Call old(server_.address(), ours_);
  ASSERT_TRUE(old.ask());
  EXPECT_EQ(old.seen_by_server(), first_proxys_.chain);
  const PairFiles controllers = authority_.issue(kController);
  const PairFiles proxys = authority_.issue(kProxy);
  EXPECT_TRUE(controller_.put(controllers));
  EXPECT_TRUE(both_show_soon(controllers, first_proxys_));
  EXPECT_TRUE(proxy_.put(proxys));
  EXPECT_TRUE(both_show_soon(controllers, proxys));
  EXPECT_TRUE(old.ask());
  EXPECT_EQ(old.seen_by_server(), first_proxys_.chain);
  EXPECT_TRUE(old.end().ok());
}

TEST_F(RotationTest, an_authority_is_exchanged_for_another_of_the_same_name_with_an_overlap) {
  Call old(server_.address(), ours_);
  ASSERT_TRUE(old.ask());
  const StreamAuthority next;
  const std::string both = authority_.pem() + next.pem();
  // 1: both are trusted at both ends.
  EXPECT_TRUE(controller_.put(trusting(first_controllers_, both)));
  EXPECT_TRUE(proxy_.put(trusting(first_proxys_, both)));
  EXPECT_TRUE(both_show_soon(first_controllers_, first_proxys_));
  // 2: the new one signs, one end after the other. gRPC may not have seen yet that both are
  // trusted, so a handshake may fail until it has.
  const PairFiles controllers = trusting(next.issue(kController), both);
  const PairFiles proxys = trusting(next.issue(kProxy), both);
  EXPECT_TRUE(controller_.put(controllers));
  EXPECT_TRUE(both_show_soon(controllers, first_proxys_));
  EXPECT_TRUE(proxy_.put(proxys));
  EXPECT_TRUE(both_show_soon(controllers, proxys));
  // 3: the old one is gone, and what it signed is refused.
  EXPECT_TRUE(controller_.put(trusting(controllers, next.pem())));
  EXPECT_TRUE(proxy_.put(trusting(proxys, next.pem())));
  const auto of_before = rogue_client(trusting(first_proxys_, next.pem()));
  EXPECT_TRUE(soon([&] {
    return Call(server_.address(), of_before).end().error_code() == grpc::StatusCode::UNAVAILABLE;
  }));
  EXPECT_TRUE(both_show(controllers, proxys));
  EXPECT_TRUE(old.ask());
  EXPECT_TRUE(old.end().ok());
}

TEST_F(RotationTest, a_key_that_does_not_fit_changes_nothing_and_handshakes_go_on) {
  PairFiles bad_controllers = authority_.issue(kController);
  bad_controllers.key = first_controllers_.key;
  PairFiles bad_proxys = authority_.issue(kProxy);
  bad_proxys.chain = first_proxys_.chain;
  EXPECT_FALSE(controller_.put(bad_controllers));
  EXPECT_FALSE(proxy_.put(bad_proxys));
  // Through more than one look of gRPC at its files: the certificate after the bad one arrives.
  const PairFiles proxys = authority_.issue(kProxy);
  EXPECT_TRUE(both_show(first_controllers_, first_proxys_));
  EXPECT_TRUE(proxy_.put(proxys));
  bool none_failed = true;
  EXPECT_TRUE(soon([&] {
    Call call(server_.address(), ours_);
    none_failed = call.ask() && none_failed;
    return call.seen_by_server() == proxys.chain;
  }));
  EXPECT_TRUE(none_failed);
  EXPECT_TRUE(both_show(first_controllers_, proxys));
  EXPECT_EQ(controller_.log.count("does not belong"), 1U);
}

}  // namespace
}  // namespace postern::test
