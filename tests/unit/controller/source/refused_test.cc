// tests/golden/refused: wrong manifests and what is said about them. Each stands in a directory
// beside a MailServer that is right and must stay served. POSTERN_REWRITE=1 writes the .out files;
// the difference is reviewed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "controller/source/directory_source.h"
#include "tests/support/source_dir.h"
#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

namespace fs = std::filesystem;

fs::path folder() { return fs::path(postern::test::kSourceDir) / "tests/golden/refused"; }

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder())) {
    std::string name = entry.path().filename().string();
    if (name.ends_with(".in.yaml")) out.push_back(name.substr(0, name.size() - 8));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string report(const Loaded& loaded, const std::string& directory) {
  std::string out;
  for (const model::Problem& problem : loaded.problems) {
    std::string line = model::to_text(problem);
    for (auto at = line.find(directory + "/"); at != std::string::npos;
         at = line.find(directory + "/")) {
      line.erase(at, directory.size() + 1);
    }
    out += (problem.severity == model::Severity::Warning ? "warning: " : "") + line + "\n";
  }
  return out;
}

bool serves(const Loaded& loaded, const std::string& path) {
  return std::ranges::any_of(loaded.objects, [&](const model::SharedObject& object) {
    return model::as<model::MailServer>(*object) != nullptr &&
           model::meta_of(*object).key.path() == path;
  });
}

class Refused : public ::testing::TestWithParam<std::string> {};

TEST_P(Refused, says_where_what_and_what_to_write_and_the_others_are_served) {
  Manifests directory;
  directory.write("bad.yaml", contents(folder() / (GetParam() + ".in.yaml")));
  directory.write("good.yaml", kGoodMailServer);
  DirectorySource source(directory.path());
  const auto loaded = source.load();
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_TRUE(serves(*loaded, "other/good"));

  const std::string said = report(*loaded, directory.path());
  EXPECT_FALSE(said.empty()) << "nothing is wrong with it";
  const fs::path expected = folder() / (GetParam() + ".out");
  if (std::getenv("POSTERN_REWRITE") != nullptr) std::ofstream(expected) << said;
  EXPECT_EQ(contents(expected), said);
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Manifests, Refused, ::testing::ValuesIn(names()), test_name);

// The manifests of the API's reference are right; only what is not built yet may refuse them.
TEST(RefusedManifests, of_the_reference_are_refused_by_nothing_but_what_is_not_built) {
  int manifests = 0;
  for (const std::string& name : names()) {
    if (!name.starts_with("reference-")) continue;
    ++manifests;
    Manifests directory;
    directory.write("reference.yaml", contents(folder() / (name + ".in.yaml")));
    const auto loaded = DirectorySource(directory.path()).load();
    ASSERT_TRUE(loaded) << loaded.error();
    for (const model::Problem& problem : loaded->problems) {
      EXPECT_EQ(problem.reason, model::kNotSupportedYet) << model::to_text(problem);
    }
  }
  EXPECT_EQ(manifests, 8);
}

TEST(RefusedManifests, are_sixty_and_more) { EXPECT_GE(names().size(), 60U); }

}  // namespace
}  // namespace postern::source
