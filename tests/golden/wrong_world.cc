#include "tests/golden/wrong_world.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <gtest/gtest.h>

#include "controller/decode/yaml.h"
#include "controller/source/data_files.h"
#include "tests/support/source_dir.h"

namespace postern::golden {
namespace {

constexpr std::string_view kEnd = ".in.yaml";

std::filesystem::path folder() {
  return std::filesystem::path(postern::test::kSourceDir) / "tests/golden/wrong_worlds";
}

// "Secret mail/mail-tls"; of a kind without namespaces "MailClass mail".
model::ObjectKey key_of(const std::string& text) {
  const std::size_t blank = text.find(' ');
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return {text.substr(0, blank), "", text.substr(blank + 1)};
  return {text.substr(0, blank), text.substr(blank + 1, slash - blank - 1), text.substr(slash + 1)};
}

void decode_into(Step& step, const decode::Decoder& decoder, const std::string& text,
                 const std::string& file) {
  decode::YamlDocuments yaml = decode::read_yaml(text);
  EXPECT_FALSE(yaml.problem) << file << ": " << yaml.problem->message;
  for (decode::Node& document : yaml.documents) {
    decode::Decoded decoded = decoder.decode(document, file);
    std::ranges::move(decoded.problems, std::back_inserter(step.problems));
    if (!decoded.object) continue;
    auto* secret = std::get_if<model::SecretObject>(&*decoded.object);
    if (secret != nullptr && !source::read_data_files(*secret, folder() / file, step.problems)) {
      continue;
    }
    step.objects.push_back(std::move(*decoded.object));
  }
  // The mode of a file depends on who checked the tree out.
  std::erase_if(step.problems,
                [](const model::Problem& problem) { return problem.reason == "WorldReadable"; });
}

// Cuts the text of a world into steps; each keeps its place in the file by empty lines before it.
class Cutting {
 public:
  void line(const std::string& text) {
    const auto word = [&](std::string_view start) {
      return text.starts_with(start) ? text.substr(start.size()) : std::string();
    };
    if (text == "# afterwards") {
      texts.emplace_back(static_cast<std::size_t>(lines_), '\n');
      without.emplace_back();
    }
    if (const std::string title_word = word("# title: "); !title_word.empty()) title = title_word;
    if (const std::string gone = word("# without: "); !gone.empty()) {
      without.back().insert(key_of(gone));
    }
    if (const std::string seconds = word("# now: "); !seconds.empty()) now = std::stoll(seconds);
    texts.back() += text + "\n";
    ++lines_;
  }

  std::string title;
  std::int64_t now = 0;
  std::vector<std::string> texts{""};
  std::vector<std::set<model::ObjectKey>> without{{}};

 private:
  int lines_ = 0;
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string wrong_world_path(const std::string& file) { return folder() / file; }

std::vector<std::string> wrong_world_names() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    const std::string name = entry.path().filename();
    if (name.ends_with(kEnd)) out.push_back(name.substr(0, name.size() - kEnd.size()));
  }
  std::ranges::sort(out);
  return out;
}

Step common_objects(const decode::Decoder& decoder) {
  Step step;
  decode_into(step, decoder, text_of(folder() / "common.yaml"), "common.yaml");
  return step;
}

WrongWorld read_wrong_world(const decode::Decoder& decoder, const std::string& name) {
  const std::string file = name + std::string(kEnd);
  std::istringstream lines(text_of(folder() / file));
  Cutting cutting;
  for (std::string line; std::getline(lines, line);) cutting.line(line);
  WrongWorld out{cutting.title, cutting.now, {}};
  for (std::size_t i = 0; i < cutting.texts.size(); ++i) {
    Step step;
    step.without = cutting.without[i];
    decode_into(step, decoder, cutting.texts[i], file);
    out.steps.push_back(std::move(step));
  }
  return out;
}

}  // namespace postern::golden
