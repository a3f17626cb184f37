// Whole manifests, through decoding and building, against what was agreed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/build/builder.h"
#include "controller/decode/decoder.h"
#include "controller/decode/yaml.h"
#include "controller/source/data_files.h"
#include "tests/golden/dump.h"
#include "tests/support/source_dir.h"

namespace postern::golden {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(postern::test::kSourceDir) / "tests/golden/worlds";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names() {
  constexpr std::string_view kEnd = ".in.yaml";
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(kEnd)) out.push_back(name.substr(0, name.size() - kEnd.size()));
  }
  std::ranges::sort(out);
  return out;
}

struct Read {
  std::vector<model::Object> objects;
  model::Problems problems;
};

Read read_world(const std::string& name) {
  const std::string file = name + ".in.yaml";
  decode::YamlDocuments yaml = decode::read_yaml(text_of(kFolder / file));
  EXPECT_FALSE(yaml.problem) << yaml.problem->message;
  const decode::Decoder decoder;
  Read read;
  for (decode::Node& document : yaml.documents) {
    decode::Decoded decoded = decoder.decode(document, file);
    std::ranges::move(decoded.problems, std::back_inserter(read.problems));
    if (!decoded.object) continue;
    auto* secret = std::get_if<model::SecretObject>(&*decoded.object);
    if (secret != nullptr &&
        !source::read_data_files(*secret, (kFolder / file).string(), read.problems)) {
      continue;
    }
    read.objects.push_back(std::move(*decoded.object));
  }
  // The mode of a file depends on who checked the tree out.
  std::erase_if(read.problems,
                [](const model::Problem& problem) { return problem.reason == "WorldReadable"; });
  return read;
}

// As the control loop tells it when the first reading had this class and refused it.
bool class_is_broken(const Read& read, const std::string& name) {
  const model::ObjectKey key = model::mail_class_key(name);
  const auto is_it = [&](const model::Object& object) { return model::meta_of(object).key == key; };
  return std::ranges::count(read.problems, key, &model::Problem::object) > 0 &&
         std::ranges::none_of(read.objects, is_it);
}

class World : public ::testing::TestWithParam<std::string> {};

TEST_P(World, builds_what_was_agreed) {
  Read read = read_world(GetParam());
  build::Terms terms;
  terms.class_name = "mail";
  terms.class_broken = class_is_broken(read, terms.class_name);
  world::World world;
  (void)world.replace(std::move(read.objects));  // an empty world does not matter, and is built
  const std::string got = dump(build::build(world, terms), read.problems);
  const auto expected = kFolder / (GetParam() + ".out.yaml");
  if (std::getenv("POSTERN_REWRITE") != nullptr) std::ofstream(expected) << got;
  EXPECT_EQ(got, text_of(expected));
}

INSTANTIATE_TEST_SUITE_P(Golden, World, ::testing::ValuesIn(names()), [](const auto& row) {
  std::string name = row.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace postern::golden
