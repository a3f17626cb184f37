#include "common/base/log.h"

#include <unistd.h>

#include <fmt/chrono.h>

#include <chrono>
#include <ctime>

#include "common/base/line_writer.h"

namespace postern {

namespace {

// The time of now, as a line begins with it. The calendar is asked once a second and thread.
class TimeText {
 public:
  [[nodiscard]] std::string_view now() {
    timespec at{};
    clock_gettime(CLOCK_REALTIME, &at);
    if (at.tv_sec != second_) {
      second_ = at.tv_sec;
      fmt::format_to_n(text_, sizeof text_, "{:%Y-%m-%dT%H:%M:%S}.000Z", fmt::gmtime(second_));
    }
    const auto milliseconds = static_cast<unsigned>(at.tv_nsec / 1'000'000);
    text_[20] = static_cast<char>('0' + milliseconds / 100);
    text_[21] = static_cast<char>('0' + milliseconds / 10 % 10);
    text_[22] = static_cast<char>('0' + milliseconds % 10);
    return {text_, sizeof text_};
  }

 private:
  std::time_t second_ = -1;
  char text_[24] = {};
};

class StderrLog final : public Log {
 public:
  StderrLog(LogFormat format, LogLevel least, std::size_t waiting_lines)
      : format_(format), writer_(STDERR_FILENO, waiting_lines) {
    set_least(least);
  }

  [[nodiscard]] std::uint64_t dropped() const override { return writer_.dropped(); }

 protected:
  // Rendered by its own thread, in a buffer that stays: no allocation, and no lock meanwhile.
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    thread_local TimeText time;
    thread_local std::string line;
    line.clear();
    if (format_ == LogFormat::Json) {
      append_json(line, {level, time.now(), message}, fields);
    } else {
      append_text(line, {level, time.now(), message}, fields);
    }
    const bool hurry = level >= LogLevel::Warning;
    writer_.put(line, hurry ? LineWriter::Urgency::AtOnce : LineWriter::Urgency::CanWait);
  }

 private:
  LogFormat format_;
  LineWriter writer_;
};

class NullLog final : public Log {
 protected:
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};

}  // namespace

std::unique_ptr<Log> make_log(LogFormat format, LogLevel least, std::size_t waiting_lines) {
  return std::make_unique<StderrLog>(format, least, waiting_lines);
}

std::unique_ptr<Log> make_null_log() { return std::make_unique<NullLog>(); }

}  // namespace postern
