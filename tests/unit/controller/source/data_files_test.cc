// Secrets whose data stands in files that others renew.
#include "controller/source/data_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "controller/source/way.h"
#include "tests/support/certificates.h"
#include "tests/unit/controller/source/follower.h"
#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

namespace fs = std::filesystem;
using Reasons = std::vector<std::string>;

// A directory of manifests, and beside it the files of a certificate as certbot keeps them.
class SecretFiles : public ::testing::Test {
 protected:
  SecretFiles() {
    issue(1);
    for (const char* name : {"cert", "key"}) point(name, 1);
    manifests.write("mail.yaml",
                    "apiVersion: v1\nkind: Secret\n"
                    "metadata:\n  name: tls\n  annotations:\n"
                    "    postern.dev/data-from-files: 'tls.crt=" +
                        certbot.path() + "/live/cert.pem, tls.key=" + certbot.path() +
                        "/live/key.pem'\n"
                        "type: kubernetes.io/tls\ndata: {tls.crt: '', tls.key: ''}\n");
  }
  void issue(int number) {
    issued = authority.issue({"mail" + std::to_string(number) + ".example.com"});
    const std::string n = std::to_string(number);
    certbot.write("archive/cert" + n + ".pem", issued.chain_pem.text());
    certbot.write("archive/key" + n + ".pem", issued.key_pem.reveal());
  }
  // As ln -sfn does: a new link, renamed over the old one.
  void point(const std::string& name, int number) const {
    fs::create_directories(certbot.path() + "/live");
    const std::string link = certbot.path() + "/live/" + name + ".pem";
    fs::create_symlink("../archive/" + name + std::to_string(number) + ".pem", link + ".new");
    fs::rename(link + ".new", link);
  }
  DirectoryOptions options() const {
    DirectoryOptions out;
    out.watch = false;
    out.clock = &clock;
    return out;
  }
  static std::string host(const Follower& follower) {
    const auto* secret = follower.find<model::SecretObject>("Secret", "tls");
    if (secret == nullptr || !secret->certificate) return "none";
    if (!secret->certificate->problem.empty()) return secret->certificate->problem;
    return secret->certificate->dns_names.at(0);
  }

  test::Authority authority;
  config::KeyPair issued;
  Manifests manifests;
  Manifests certbot;
  StoppedClock clock;
};

TEST_F(SecretFiles, renewed_pair_is_taken_whole_or_not_at_all) {
  DirectorySource source(manifests.path(), options());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail1.example.com");
  issue(2);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail1.example.com");
  point("cert", 2);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail1.example.com");
  point("key", 2);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail1.example.com") << "not yet quiet";
  clock.pass(std::chrono::hours(1));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail2.example.com");
  EXPECT_EQ(follower.last().changed.size(), 1U);
  EXPECT_EQ(model::meta_of(*follower.last().changed.at(0)).generation, 2);
}

TEST_F(SecretFiles, are_read_again_only_when_they_changed) {
  clock.pass(std::chrono::hours(1));
  DirectorySource source(manifests.path(), options());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(source.files_read(), 3U) << "the manifest, the certificate, the key";
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(source.files_read(), 3U);
  issue(2);
  point("cert", 2);
  point("key", 2);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(source.files_read(), 5U);
}

TEST_F(SecretFiles, missing_one_keeps_the_last_good_secret) {
  DirectorySource source(manifests.path(), options());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  fs::remove(certbot.path() + "/live/key.pem");
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.reasons(), Reasons{}) << "it may come back in a moment";
  clock.pass(std::chrono::hours(1));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail1.example.com");
  ASSERT_EQ(follower.reasons(), Reasons{"InvalidField"});
  EXPECT_NE(follower.last().problems[0].message.find("key.pem cannot be read: No such file"),
            std::string::npos);
  point("key", 1);
  ASSERT_TRUE(follower.read());
  clock.pass(std::chrono::hours(1));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail1.example.com");
  EXPECT_EQ(follower.reasons(), Reasons{});
}

TEST_F(SecretFiles, that_come_after_their_manifest_are_picked_up) {
  fs::remove(certbot.path() + "/live/key.pem");
  DirectorySource source(manifests.path(), at_once());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "none");
  EXPECT_EQ(follower.reasons(), Reasons{"InvalidField"});
  point("key", 1);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail1.example.com");
  EXPECT_EQ(follower.reasons(), Reasons{});
}

TEST_F(SecretFiles, swapped_in_a_mount_of_kubernetes_are_taken) {
  const auto put = [&](const std::string& folder, const config::KeyPair& pair) {
    certbot.write(folder + "/cert.pem", pair.chain_pem.text());
    certbot.write(folder + "/key.pem", pair.key_pem.reveal());
    fs::create_directory_symlink(folder, certbot.path() + "/..tmp");
    fs::rename(certbot.path() + "/..tmp", certbot.path() + "/..data");
  };
  put("..1", issued);
  fs::remove_all(certbot.path() + "/live");
  fs::create_directory(certbot.path() + "/live");
  for (const char* name : {"cert.pem", "key.pem"}) {
    fs::create_symlink(std::string("../..data/") + name, certbot.path() + "/live/" + name);
  }
  DirectorySource source(manifests.path(), at_once());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail1.example.com");
  put("..2", authority.issue({"mail2.example.com"}));
  fs::remove_all(certbot.path() + "/..1");
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(host(follower), "mail2.example.com");
}

TEST(WayToAFile, names_each_link_and_the_file) {
  const Manifests directory;
  const std::string root = fs::canonical(directory.path()).string();
  directory.write("archive/v1/cert.pem", "");
  fs::create_directory_symlink("archive/v1", root + "/current");
  fs::create_symlink("current/cert.pem", root + "/cert.pem");
  const Way expected = {{root, "cert.pem"}, {root, "current"}, {root + "/archive/v1", "cert.pem"}};
  EXPECT_EQ(way_to(root + "/cert.pem"), expected);
  EXPECT_EQ(way_to(root + "/archive/../cert.pem"), expected);
}

TEST(WayToAFile, ends_where_something_is_missing_or_goes_in_circles) {
  const Manifests directory;
  const std::string root = fs::canonical(directory.path()).string();
  EXPECT_EQ(way_to(root + "/none/cert.pem"), (Way{{root, "none"}}));
  fs::create_symlink("b", root + "/a");
  fs::create_symlink("a", root + "/b");
  EXPECT_LE(way_to(root + "/a").size(), 41U);
}

}  // namespace
}  // namespace postern::source
