#include "controller/kube/reach.h"

#include <utility>

namespace postern::kube {

class Reach::Held final : public Reach::Wait {
 public:
  Held(std::shared_ptr<Waiting> waiting, std::uint64_t number)
      : waiting_(std::move(waiting)), number_(number) {}
  ~Held() override { waiting_->calls.erase(number_); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  std::shared_ptr<Waiting> waiting_;
  std::uint64_t number_;
};

Reach::Reach() : waiting_(std::make_shared<Waiting>()) {}

void Reach::heard(bool answered, Instant now) {
  if (!answered) {
    if (!unanswered_since_) unanswered_since_ = now;
    return;
  }
  const auto since = std::exchange(unanswered_since_, std::nullopt);
  if (!since || now - *since < kAway) return;
  // Who is called may begin to wait again, or end the waiting of another.
  const std::uint64_t end = waiting_->next;
  auto& calls = waiting_->calls;
  while (!calls.empty() && calls.begin()->first < end) {
    const auto call = std::move(calls.begin()->second);
    calls.erase(calls.begin());
    call();
  }
}

std::unique_ptr<Reach::Wait> Reach::await(std::function<void()> call) {
  const std::uint64_t number = waiting_->next++;
  waiting_->calls.emplace(number, std::move(call));
  return std::make_unique<Held>(waiting_, number);
}

}  // namespace postern::kube
