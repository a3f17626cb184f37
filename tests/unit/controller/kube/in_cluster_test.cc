#include "controller/kube/in_cluster.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace postern::kube {
namespace {

class InCluster : public testing::Test {
 protected:
  InCluster() {
    write("token", "abc");
    write("ca.crt", "pem");
    write("namespace", "postern\n");
  }
  void write(const char* name, const char* octets) const {
    std::ofstream(folder_ / name) << octets;
  }

  test::TemporaryFolder folder_;
  ClusterEnvironment environment_{"10.0.0.1", "443", folder_.path()};
};

TEST_F(InCluster, knows_the_server_and_the_account_of_the_pod) {
  const auto found = in_cluster(environment_);
  ASSERT_TRUE(found) << found.error();
  EXPECT_TRUE(found->access.tls);
  EXPECT_FALSE(found->access.unverified);
  EXPECT_EQ(found->access.host, "10.0.0.1");
  EXPECT_EQ(found->access.port, 443);
  EXPECT_EQ(found->access.token.file, folder_ / "token");
  EXPECT_EQ(found->access.authorities.file, folder_ / "ca.crt");
  EXPECT_EQ(found->in_namespace, "postern");
}

TEST_F(InCluster, takes_ipv6_with_and_without_brackets) {
  environment_.host = "fd00::1";
  EXPECT_EQ(in_cluster(environment_)->access.host, "fd00::1");
  environment_.host = "[fd00::1]";
  EXPECT_EQ(in_cluster(environment_)->access.host, "fd00::1");
}

TEST_F(InCluster, says_what_is_missing) {
  ClusterEnvironment elsewhere = environment_;
  elsewhere.host.clear();
  EXPECT_NE(in_cluster(elsewhere).error().find("--kubeconfig"), std::string::npos);
  for (const char* const port : {"0", "65536", "x", "443x", "tcp://10.0.0.1:443"}) {
    elsewhere = environment_;
    elsewhere.port = port;
    EXPECT_NE(in_cluster(elsewhere).error().find("is no port"), std::string::npos) << port;
  }
  elsewhere = environment_;
  elsewhere.folder = folder_ / "nowhere";
  EXPECT_NE(in_cluster(elsewhere).error().find("automountServiceAccountToken"), std::string::npos);
}

}  // namespace
}  // namespace postern::kube
