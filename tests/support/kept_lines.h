// A log that keeps its lines, as text, for tests to read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/log.h"

namespace postern::test {

class KeptLines final : public Log {
 public:
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  [[nodiscard]] std::size_t count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        lines_.begin(), lines_.end(),
        [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }

 protected:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(render_text(level, "", message, fields));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace postern::test
