// A log that a test reads.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "common/base/log.h"

namespace postern::adopt::test {

class RecordingLog final : public Log {
 public:
  [[nodiscard]] std::size_t count(std::string_view message) const {
    const std::scoped_lock held(lock_);
    std::size_t found = 0;
    for (const std::string& line : lines_) found += line.find(message) != std::string::npos;
    return found;
  }

 protected:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    const std::scoped_lock held(lock_);
    lines_.push_back(render_text(level, "", message, fields));
  }

 private:
  mutable std::mutex lock_;
  std::vector<std::string> lines_;
};

}  // namespace postern::adopt::test
