#include "controller/decode/findings.h"

#include <algorithm>

#include "common/base/ascii.h"

namespace postern::decode {

namespace {

bool is_word(std::string_view key) {
  return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
  });
}

}  // namespace

void Findings::add(Finding finding) {
  if (found_.size() < kMost) found_.push_back(std::move(finding));
}

void Findings::add(const Node& at, std::string field, std::string message) {
  add(Finding{std::move(field), at.mark, "InvalidField", std::move(message)});
}

void Findings::not_supported(const Node& at, const std::string& field, std::string_view instead) {
  add(Finding{field, at.mark, std::string(model::kNotSupportedYet),
              "not supported yet: " + field + "; " + std::string(instead)});
}

bool Findings::refused() const {
  return std::any_of(found_.begin(), found_.end(), [](const Finding& finding) {
    return finding.severity == model::Severity::Refused;
  });
}

std::string join(const std::string& path, std::string_view key) {
  if (!is_word(key)) return path + "['" + printable(key, 64) + "']";
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

std::string join(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

std::string quoted(std::string_view text) { return "`" + printable(text, 64) + "`"; }

}  // namespace postern::decode
