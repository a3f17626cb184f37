// A resolver of the test's own.
#pragma once

#include <condition_variable>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "controller/source/name_lookup.h"

namespace postern::source {

// Answers as told; a name that it was told nothing of waits until it is. What the lookup uses lives
// as long as the lookup: the thread of a source that has ended may still be in it.
class Resolver {
 public:
  using Answer = Result<std::vector<IpAddress>, std::string>;

  ~Resolver() {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->told.notify_all();
  }
  void tell(const std::string& name, std::initializer_list<const char*> addresses) {
    std::vector<IpAddress> all;
    for (const char* one : addresses) all.push_back(*IpAddress::parse(one));
    tell(name, Answer(std::move(all)));
  }
  void tell(const std::string& name, Answer answer) {
    const std::lock_guard lock(state_->mutex);
    state_->answers[name] = std::move(answer);
    state_->told.notify_all();
  }
  NameLookup lookup() {
    return [state = state_](const std::string& name) -> Answer {
      std::unique_lock lock(state->mutex);
      state->told.wait(lock, [&] { return state->ended || state->answers.contains(name); });
      if (state->ended) return Fail<std::string>("the test ended");
      return state->answers.at(name);
    };
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable told;
    std::map<std::string, Answer> answers;
    bool ended = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace postern::source
