// A link without a proxy at its end: it keeps what it was given.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "controller/publish/proxy_link.h"

namespace postern::publish {

class FakeLink final : public ProxyLink {
 public:
  void send(Push push) override {
    const std::lock_guard lock(mutex_);
    ++pushes_;
    last_ = std::move(push);
    fresh_ = true;
  }
  void redirect(Duration /*after*/, std::string_view /*reason*/) override {
    const std::lock_guard lock(mutex_);
    ++redirects_;
  }
  void end(EndReason reason, std::string /*words*/) override {
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex_);
      if (!ended_) ended_ = reason;
      task = std::exchange(when_ended_, nullptr);
    }
    if (task) task();
  }

  void when_ended(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    when_ended_ = std::move(task);
  }
  std::size_t pushes() const {
    const std::lock_guard lock(mutex_);
    return pushes_;
  }
  std::size_t redirects() const {
    const std::lock_guard lock(mutex_);
    return redirects_;
  }
  std::optional<EndReason> ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  Push last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  // The push that was not taken yet, once.
  std::optional<Push> take() {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(fresh_, false)) return std::nullopt;
    return last_;
  }

 private:
  mutable std::mutex mutex_;
  Push last_;
  bool fresh_ = false;
  std::size_t pushes_ = 0;
  std::size_t redirects_ = 0;
  std::optional<EndReason> ended_;
  std::function<void()> when_ended_;
};

}  // namespace postern::publish
