// Flags of the bench programs: `--name value` pairs, each name as often as it is wanted. Read once,
// then immutable. Who reads a flag says what it is when it is absent; nobody checks for names that
// are not known, since only our own scripts write them.
#pragma once

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::bench {

class Flags {
 public:
  Flags(int count, char** words) {
    for (int i = 0; i + 1 < count; i += 2) values_[words[i]].emplace_back(words[i + 1]);
  }

  [[nodiscard]] std::vector<std::string> all(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
  }
  [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise = {}) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second.back();
  }
  [[nodiscard]] int number(const std::string& name, int otherwise) const {
    const std::string value = text(name);
    return value.empty() ? otherwise : std::atoi(value.c_str());
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

inline std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace postern::bench
