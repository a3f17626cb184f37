// An asker whose answers a test gives, one question at a time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "proxy/policy/asker.h"

namespace postern::session::test {

class FakeAsker final : public policy::Asker {
 public:
  policy::RequestId ask(policy::Question question, std::shared_ptr<const void> keeps,
                        std::function<void(policy::Answer)> done) override {
    const auto id = static_cast<policy::RequestId>(++asked_);
    questions.push_back(std::move(question));
    open_[id] = {std::move(keeps), std::move(done)};
    return id;
  }
  void cancel(policy::RequestId request) override { open_.erase(request); }

  // To the oldest question that is open.
  void answer(policy::Answer said) {
    auto first = open_.extract(open_.begin());
    first.mapped().done(std::move(said));
  }
  [[nodiscard]] std::size_t open() const { return open_.size(); }
  void forget() { questions.clear(); }

  std::deque<policy::Question> questions;  // all that were asked

 private:
  struct Open {
    std::shared_ptr<const void> keeps;
    std::function<void(policy::Answer)> done;
  };
  std::map<policy::RequestId, Open> open_;
  std::uint64_t asked_ = 0;
};

}  // namespace postern::session::test
