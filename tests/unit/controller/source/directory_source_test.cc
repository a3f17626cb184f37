#include "controller/source/directory_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/certificates.h"
#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

namespace fs = std::filesystem;

Loaded load(const Manifests& directory) {
  auto loaded = DirectorySource(directory.path()).load();
  if (!loaded) {
    ADD_FAILURE() << loaded.error();
    return {};
  }
  return std::move(*loaded);
}

std::vector<std::string> messages(const Loaded& loaded) {
  std::vector<std::string> out;
  for (const model::Problem& problem : loaded.problems) out.push_back(problem.message);
  return out;
}

const model::SecretObject* secret_in(const Loaded& loaded) {
  for (const model::SharedObject& object : loaded.objects) {
    if (const auto* secret = std::get_if<model::SecretObject>(object.get())) return secret;
  }
  return nullptr;
}

constexpr std::string_view kSecretFromFiles =
    "apiVersion: v1\nkind: Secret\n"
    "metadata:\n  name: mail-tls\n  namespace: mail\n"
    "  annotations: {postern.dev/data-from-files: 'tls.crt=live/mail.pem, tls.key=live/mail.key'}\n"
    "type: kubernetes.io/tls\ndata: {tls.crt: '', tls.key: ''}\n";

TEST(DirectorySource, reads_several_documents_of_several_files) {
  Manifests directory;
  directory.write("mail.yaml", std::string(kGoodMailServer) +
                                   "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca}\n");
  directory.write("deep/service.json",
                  R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "dovecot"}})");
  const Loaded loaded = load(directory);
  EXPECT_EQ(loaded.objects.size(), 3U);
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(model::meta_of(*loaded.objects[0]).key.path(), "default/ca") << "in the order of keys";
}

TEST(DirectorySource, reads_a_list_as_kubectl_writes_it) {
  Manifests directory;
  directory.write("all.yaml",
                  "apiVersion: v1\nkind: List\nitems:\n"
                  "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
                  "- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n");
  EXPECT_EQ(load(directory).objects.size(), 2U);
}

TEST(DirectorySource, one_broken_file_does_not_keep_the_others) {
  Manifests directory;
  directory.write("a.yaml", "{{{{");
  directory.write("b.yaml", kGoodMailServer);
  directory.write("c.yaml", std::string((std::size_t{1} << 20) + 1, '#'));
  const Loaded loaded = load(directory);
  EXPECT_EQ(loaded.objects.size(), 1U);
  ASSERT_EQ(loaded.problems.size(), 2U);
  EXPECT_EQ(loaded.problems[0].place.file, directory.path() + "/a.yaml");
  EXPECT_GT(loaded.problems[0].place.line, 0);
  EXPECT_EQ(loaded.problems[1].message, "has 1048577 octets: at most 1048576 are read, split it");
}

TEST(DirectorySource, first_file_wins_and_the_other_is_told) {
  Manifests directory;
  directory.write("b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {k: b}\n");
  directory.write("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {k: a}\n");
  const Loaded loaded = load(directory);
  ASSERT_EQ(loaded.objects.size(), 1U);
  EXPECT_EQ(std::get<model::ConfigMapObject>(*loaded.objects[0]).data.at("k"), "a");
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].place.file, directory.path() + "/b.yaml");
  EXPECT_EQ(loaded.problems[0].reason, "Duplicate");
}

TEST(DirectorySource, directory_without_manifests_is_an_error) {
  const Manifests directory;
  const auto loaded = DirectorySource(directory.path()).load();
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().find("has no manifests"), std::string::npos);
}

TEST(DirectorySource, secret_takes_its_data_from_files_beside_the_manifest) {
  const auto [chain_text, key, names, until] = test::Authority().issue({"mail.example.com"});
  const std::string chain(chain_text.text());
  Manifests directory;
  directory.write("tls/mail.yaml", kSecretFromFiles);
  directory.write("archive/mail1.pem", chain);
  directory.write("tls/live/mail.key", key.reveal());
  fs::create_symlink("../../archive/mail1.pem", directory.path() + "/tls/live/mail.pem");
  const Loaded loaded = load(directory);
  EXPECT_EQ(messages(loaded), std::vector<std::string>{});
  const model::SecretObject* secret = secret_in(loaded);
  ASSERT_NE(secret, nullptr);
  EXPECT_EQ(secret->data.at("tls.key").reveal(), key.reveal());
  ASSERT_TRUE(secret->certificate);
  EXPECT_EQ(secret->certificate->problem, "");
  EXPECT_EQ(secret->certificate->dns_names, names);
}

TEST(DirectorySource, key_that_everybody_may_read_is_served_with_a_warning) {
  const auto [chain_text, key, names, until] = test::Authority().issue({"mail.example.com"});
  const std::string chain(chain_text.text());
  Manifests directory;
  directory.write("mail.yaml", kSecretFromFiles);
  for (const auto& [name, text] :
       {std::pair{"live/mail.pem", ByteView(chain)}, std::pair{"live/mail.key", key.reveal()}}) {
    ::chmod(directory.write(name, text).c_str(), 0644);
  }
  const Loaded loaded = load(directory);
  EXPECT_NE(secret_in(loaded), nullptr);
  ASSERT_EQ(loaded.problems.size(), 1U) << "the certificate is public";
  EXPECT_EQ(loaded.problems[0].severity, model::Severity::Warning);
  EXPECT_NE(loaded.problems[0].message.find("mail.key can be read by everybody: chmod o="),
            std::string::npos);
}

TEST(DirectorySource, manifest_with_a_secret_that_everybody_may_read_is_told_once) {
  Manifests directory;
  const std::string file = directory.write(
      "a.yaml",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: x}\n"
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\nstringData: {password: x}\n");
  ::chmod(file.c_str(), 0604);
  const Loaded loaded = load(directory);
  EXPECT_EQ(loaded.objects.size(), 2U);
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].severity, model::Severity::Warning);
}

}  // namespace
}  // namespace postern::source
