// Questions: what others want to know of the world, answered by the thread that owns it, between
// two turns. Who asks waits, for so long and no longer; what nobody waits for any more is not
// answered.
// Threads: ask() on any but the owner's; answer() on the owner's.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "controller/world/world.h"

namespace postern::loop {

using Question = std::function<std::string(const world::World&)>;

class Questions {
 public:
  // `wake` is called when it stands in line.
  [[nodiscard]] std::optional<std::string> ask(Question question, Duration patience,
                                               const std::function<void()>& wake);
  void answer(const world::World& world);

 private:
  struct Asked {
    Question question;
    std::promise<std::string> answer;
  };

  std::mutex mutex_;
  std::deque<std::weak_ptr<Asked>> asked_;
};

}  // namespace postern::loop
