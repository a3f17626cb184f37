// A thousand edits of a directory: after each, whoever was told the changes knows what somebody
// who reads the directory for the first time does; where something is broken, its last good state.
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <random>

#include "tests/unit/controller/source/follower.h"
#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

constexpr int kFiles = 6;
constexpr int kNames = 8;

// One document: the value of an object, or refused.
struct Written {
  std::string name;
  std::string value;
  bool refused = false;
};

std::string text_of(const Written& one) {
  if (!one.refused) return config_map(one.name, one.value);
  return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + one.name +
         "}\ndata: {k: [no, text]}\n";
}

struct File {
  std::vector<Written> documents;  // when it is broken: those of the last good state
  bool broken = false;
};

// What should be known, by the rules and not by the code.
class Oracle {
 public:
  std::map<std::string, File> files;

  [[nodiscard]] const std::map<std::string, std::string>& values() const { return values_; }
  [[nodiscard]] bool all_right() const {
    for (const auto& [name, file] : files) {
      if (file.broken) return false;
      for (const Written& one : file.documents) {
        if (one.refused) return false;
      }
    }
    return true;
  }
  // The first file that names an object counts; when it is refused there, the last value stays.
  void settle() {
    std::map<std::string, std::optional<std::string>> first;
    for (const auto& [name, file] : files) {
      for (const Written& one : file.documents) {
        first.try_emplace(one.name,
                          one.refused ? std::nullopt : std::optional<std::string>(one.value));
      }
    }
    std::map<std::string, std::string> now;
    for (const auto& [name, value] : first) {
      const auto last = values_.find(name);
      if (value) now[name] = *value;
      if (!value && last != values_.end()) now[name] = last->second;
    }
    values_ = std::move(now);
  }

 private:
  std::map<std::string, std::string> values_;
};

class Editing {
 public:
  Editing(const Manifests& directory, unsigned seed) : directory_(directory), random_(seed) {
    oracle.files["z.yaml"].documents = {{"anchor", "1"}};
    save("z.yaml");
  }
  Oracle oracle;

  void edit() {
    const std::string file = "f" + std::to_string(below(kFiles)) + ".yaml";
    const int what = below(40);
    if (what < 2) {
      damage(file);
    } else if (what < 4) {
      add(file, true);
    } else if (what < 8) {
      remove(file);
    } else if (what < 14) {
      move(file);
    } else if (what < 20) {
      drop(file);
    } else {
      add(file, false);
    }
    oracle.settle();
  }

 private:
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  void save(const std::string& name) {
    File& file = oracle.files[name];
    file.broken = false;
    std::string text;
    for (const Written& one : file.documents) text += text_of(one);
    directory_.write(name, text);
  }
  void remove(const std::string& name) {
    oracle.files.erase(name);
    std::filesystem::remove(directory_.path() + "/" + name);
  }
  // A file that is broken before it was ever good has nothing.
  void damage(const std::string& name) {
    oracle.files[name].broken = true;
    directory_.write(name, "kind: [ConfigMap\n" + std::to_string(below(1000)));
  }
  // Writes a document, new or in the place of the same object. Repairs a broken file.
  void add(const std::string& name, bool refused) {
    put(name, {"n" + std::to_string(below(kNames)), std::to_string(below(1000)), refused});
  }
  void put(const std::string& name, const Written& written) {
    File& file = oracle.files[name];
    std::erase_if(file.documents, [&](const Written& w) { return w.name == written.name; });
    file.documents.push_back(written);
    save(name);
  }
  void drop(const std::string& name) {
    const auto at = oracle.files.find(name);
    if (at == oracle.files.end()) return;
    std::vector<Written>& documents = at->second.documents;
    if (documents.size() < 2) return remove(name);
    documents.erase(documents.begin() + below(static_cast<int>(documents.size())));
    save(name);
  }
  void move(const std::string& from) {
    const auto at = oracle.files.find(from);
    if (at == oracle.files.end() || at->second.documents.empty()) return;
    const Written last = at->second.documents.back();
    drop(from);
    put("f" + std::to_string(below(kFiles)) + ".yaml", last);
  }

  const Manifests& directory_;
  std::mt19937 random_;
};

std::map<std::string, std::string> values_in(const Objects& objects) {
  std::map<std::string, std::string> out;
  for (const auto& [key, object] : objects) {
    out[key.name] = std::get<model::ConfigMapObject>(object).data.at("k");
  }
  return out;
}

class RandomEdits : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomEdits, whoever_was_told_all_changes_knows_what_a_newcomer_reads) {
  const Manifests directory;
  Editing editing(directory, GetParam());
  DirectorySource source(directory.path(), at_once());
  Follower follower(source);
  editing.oracle.settle();
  int compared = 0;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(follower.read()) << follower.error();
    ASSERT_EQ(values_in(follower.known()), editing.oracle.values()) << "edit " << i;
    const auto fresh = DirectorySource(directory.path(), at_once()).load();
    ASSERT_TRUE(fresh);
    if (editing.oracle.all_right()) {
      ++compared;
      ASSERT_EQ(follower.bare_objects(), bare(fresh->objects)) << "edit " << i;
    }
    // Problems are of what is there, never of how it came about; but for what a broken file hides.
    ASSERT_GE(follower.last().problems.size(),
              editing.oracle.all_right() ? fresh->problems.size() : 1)
        << "edit " << i;
    editing.edit();
  }
  EXPECT_GT(compared, 100) << "mostly something was broken: this says little";
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomEdits, ::testing::Values(1U));

}  // namespace
}  // namespace postern::source
