#include "common/base/log.h"

#include <fmt/chrono.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>

namespace postern {

namespace {

// 8192 lines of some 300 octets: 2.5 MiB, and seconds of a storm, before old lines are dropped.
constexpr std::size_t kQueuedLines = 8192;
constexpr std::chrono::seconds kFlushAtEnd{1};

std::string now_text() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto whole = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::time_t{std::chrono::system_clock::to_time_t(whole)}),
                     (now - whole).count());
}

// Writes what was rendered already, a line in one write, and counts the lines.
class StderrLines final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // False when the time was over first.
  bool wait_for(std::uint64_t lines, std::chrono::seconds most) {
    std::unique_lock held(count_lock_);
    return changed_.wait_for(held, most, [&] { return written_ >= lines; });
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    line_.assign(msg.payload.begin(), msg.payload.end());
    line_.push_back('\n');
    std::fwrite(line_.data(), 1, line_.size(), stderr);
    const std::scoped_lock held(count_lock_);
    ++written_;
    changed_.notify_all();
  }
  void flush_() override { std::fflush(stderr); }

 private:
  std::string line_;
  std::mutex count_lock_;
  std::condition_variable changed_;
  std::uint64_t written_ = 0;
};

class AsyncLog final : public Log {
 public:
  AsyncLog(LogFormat format, LogLevel least)
      : format_(format),
        sink_(std::make_shared<StderrLines>()),
        pool_(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "postern", sink_, pool_, spdlog::async_overflow_policy::overrun_oldest)) {
    set_least(least);
    logger_->set_level(spdlog::level::trace);
  }

  // The pool would wait for ever where nobody reads stderr; then it is left to the process's end.
  ~AsyncLog() override {
    const std::uint64_t queued = asked_.load() - std::min(asked_.load(), dropped());
    if (!sink_->wait_for(queued, kFlushAtEnd)) {
      static_cast<void>(new std::shared_ptr<spdlog::details::thread_pool>(pool_));
    }
  }

  [[nodiscard]] std::uint64_t dropped() const override { return pool_->overrun_counter(); }

 protected:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    const std::string line = format_ == LogFormat::Json
                                 ? render_json(level, now_text(), message, fields)
                                 : render_text(level, now_text(), message, fields);
    asked_.fetch_add(1, std::memory_order_relaxed);
    logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  LogFormat format_;
  std::atomic<std::uint64_t> asked_{0};
  std::shared_ptr<StderrLines> sink_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

class NullLog final : public Log {
 protected:
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};

}  // namespace

std::unique_ptr<Log> make_log(LogFormat format, LogLevel least) {
  return std::make_unique<AsyncLog>(format, least);
}

std::unique_ptr<Log> make_null_log() { return std::make_unique<NullLog>(); }

}  // namespace postern
