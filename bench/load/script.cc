#include "bench/load/script.h"

#include <array>
#include <charconv>
#include <utility>

namespace postern::bench {
namespace {

using Kind = Step::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 10> kWords{{{"tls", Kind::kTls},
                                                                    {"answered", Kind::kAnswered},
                                                                    {"say", Kind::kSay},
                                                                    {"hear", Kind::kHear},
                                                                    {"take", Kind::kTake},
                                                                    {"give", Kind::kGive},
                                                                    {"finish", Kind::kFinish},
                                                                    {"ended", Kind::kEnded},
                                                                    {"reset", Kind::kReset},
                                                                    {"pause", Kind::kPause}}};

std::string_view first_word(std::string_view& text) {
  const std::size_t end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return word;
}

std::uint64_t number(std::string_view word) {
  std::uint64_t value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

std::optional<Step> parse_step(std::string_view line) {
  const std::string_view word = first_word(line);
  for (const auto& [name, kind] : kWords) {
    if (name != word) continue;
    Step step{kind, {}, 0, 0};
    if (kind == Kind::kSay || kind == Kind::kHear || kind == Kind::kTls) step.text = line;
    if (kind == Kind::kTake || kind == Kind::kGive || kind == Kind::kPause) {
      step.octets = number(first_word(line));
      step.per_tick = number(first_word(line));
    }
    return step;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<Script>> parse_scripts(std::string_view text) {
  std::vector<Script> scripts;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty()) continue;
    if (line.starts_with("# ")) {
      scripts.push_back({std::string(line.substr(2)), {}});
      continue;
    }
    auto step = parse_step(line);
    if (!step || scripts.empty()) return std::nullopt;
    scripts.back().steps.push_back(std::move(*step));
  }
  return scripts;
}

}  // namespace postern::bench
