#include "controller/loop/questions.h"

#include <utility>

namespace postern::loop {

std::optional<std::string> Questions::ask(Question question, Duration patience,
                                          const std::function<void()>& wake) {
  const auto asked = std::make_shared<Asked>(Asked{std::move(question), {}});
  std::future<std::string> answer = asked->answer.get_future();
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(asked);
  }
  wake();
  if (answer.wait_for(patience) != std::future_status::ready) return std::nullopt;
  return answer.get();
}

void Questions::answer(const world::World& world) {
  std::deque<std::weak_ptr<Asked>> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(asked_);
  }
  for (const auto& one : all) {
    if (const auto asked = one.lock()) asked->answer.set_value(asked->question(world));
  }
}

}  // namespace postern::loop
