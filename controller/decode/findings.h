// What is wrong with one document, while it is looked through: paths and marks. They become
// model::Problems when the object's name is known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/decode/document.h"
#include "controller/model/problem.h"

namespace postern::decode {

struct Finding {
  std::string field;
  Mark mark;
  std::string reason;
  std::string message;
  model::Severity severity = model::Severity::Refused;
};

class Findings {
 public:
  // More than this many help nobody, and a hostile file could have 100 000.
  static constexpr std::size_t kMost = 64;

  void add(const Node& at, std::string field, std::string message);
  void add(Finding finding);
  void not_supported(const Node& at, const std::string& field, std::string_view instead);
  [[nodiscard]] bool refused() const;
  [[nodiscard]] std::vector<Finding> take() { return std::move(found_); }

 private:
  std::vector<Finding> found_;
};

// "spec.tls" + "groups" → "spec.tls.groups"; keys that are not words are quoted.
[[nodiscard]] std::string join(const std::string& path, std::string_view key);
// "spec.hostnames" + 1 → "spec.hostnames[1]"
[[nodiscard]] std::string join(const std::string& path, std::size_t index);

// Foreign text in a message: printable, short, between backticks.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace postern::decode
