#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/wire/snapshot_codec.h"
#include "controller/build/builder.h"
#include "controller/decode/core_objects.h"
#include "controller/decode/decoder.h"
#include "controller/decode/fields.h"
#include "controller/decode/object_meta.h"
#include "controller/decode/yaml.h"
#include "controller/source/data_files.h"
#include "controller/source/kubernetes_source.h"
#include "controller/source/watched_kinds.h"
#include "postern/config/v1alpha1/resources.pb.h"
#include "tests/feature/one_world/object_json.h"
#include "tests/support/source_dir.h"
#include "tests/unit/controller/source/scripted_cluster.h"

namespace postern::source {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(postern::test::kSourceDir) / "tests/golden/worlds";
constexpr std::string_view kEnd = ".in.yaml";

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(kEnd)) out.push_back(name.substr(0, name.size() - kEnd.size()));
  }
  std::ranges::sort(out);
  return out;
}

// Worlds that only a directory can have; in a cluster they are not asked.
const std::set<std::string> kOfADirectoryOnly = {
    "annotated-service",   "auth-http", "auth-json",          "class-provider",
    "client-certificates", "logins",    "no-class-link-local"};

// What people write where there is no cluster; an API server's is not taken.
bool is_of_a_directory_only(const decode::Node& document) {
  const decode::Node* annotations = decode::at(document, "metadata.annotations");
  return annotations != nullptr && annotations->find(decode::kAddresses) != nullptr;
}

// One world twice: the objects that a directory has, and an API server that has them too.
struct Both {
  explicit Both(const std::string& name) {
    const std::string path = kFolder / (name + std::string(kEnd));
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    decode::YamlDocuments yaml = decode::read_yaml(text);
    EXPECT_FALSE(yaml.problem);
    for (decode::Node& document : yaml.documents) take(document, path);
  }

  void take(decode::Node& document, const std::string& path) {
    only_in_a_directory = only_in_a_directory || is_of_a_directory_only(document);
    const model::ObjectKey key = decode::key_of(document);
    std::string json = test::json_of(document);
    decode::Decoded decoded = decoder.decode(document, path);
    model::Problems problems;
    if (decoded.object) {
      auto* secret = std::get_if<model::SecretObject>(&*decoded.object);
      const bool whole = secret == nullptr || read_data_files(*secret, path, problems);
      if (secret != nullptr) json = test::json_of(*secret);
      if (whole) objects.push_back(std::move(*decoded.object));
    }
    const WatchedKind* kind = find_watched(key.kind);
    if (kind != nullptr) cluster.put(std::string(kind->collection), key.path(), json);
  }

  const decode::Decoder decoder;
  std::vector<model::Object> objects;
  ScriptedCluster cluster;
  bool only_in_a_directory = false;
};

std::map<config::ResourceKey, std::string> built_of(world::World& world) {
  std::map<config::ResourceKey, std::string> out;
  const build::Built built = build::build(world, {.class_name = "mail"});
  for (const config::Resource& resource : built.resources) {
    config::v1alpha1::Resource message;
    wire::encode(resource, message);
    out[resource.key()] = message.SerializeAsString();
  }
  return out;
}

class OneWorld : public ::testing::TestWithParam<std::string> {};

TEST_P(OneWorld, is_the_same_to_proxies_whichever_source_told_it) {
  Both both(GetParam());
  EXPECT_EQ(both.only_in_a_directory, kOfADirectoryOnly.contains(GetParam()));
  if (both.only_in_a_directory) return;
  world::World directory;
  (void)directory.replace(std::move(both.objects));

  KubernetesSource source({.class_name = "mail", .first_wait = Duration::zero()},
                          both.cluster.grounds());
  source.start();
  both.cluster.answer_all();
  auto changes = source.read();
  ASSERT_TRUE(changes) << changes.error();
  world::World cluster;
  for (model::SharedObject& object : changes->changed) (void)cluster.apply(std::move(object));

  EXPECT_EQ(built_of(directory), built_of(cluster));
}

TEST(OneWorldTable, names_no_world_that_is_not_there) {
  const std::vector<std::string> all = names();
  for (const std::string& name : kOfADirectoryOnly) {
    EXPECT_NE(std::ranges::find(all, name), all.end()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, OneWorld, ::testing::ValuesIn(names()), [](const auto& row) {
  std::string name = row.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace postern::source
