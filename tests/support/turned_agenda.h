// An agenda that a test turns by hand, on its own clock: nothing happens before turn() or pass().
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "controller/kube/agenda.h"
#include "tests/support/manual_clock.h"

namespace postern::test {

class TurnedAgenda final : public kube::Agenda {
 public:
  explicit TurnedAgenda(ManualClock& clock) : clock_(clock) {}

  void post(std::function<void()> work) override { posted_.push_back(std::move(work)); }

  [[nodiscard]] std::unique_ptr<Entry> after(Duration delay, std::function<void()> work) override {
    const Place place{clock_.now() + delay, next_++};
    due_->emplace(place, std::move(work));
    return std::make_unique<Taken>(due_, place);
  }

  // Does what is due now, and what comes of it.
  void turn() {
    while (!posted_.empty() || is_due()) {
      std::function<void()> work;
      if (!posted_.empty()) {
        work = std::move(posted_.front());
        posted_.pop_front();
      } else {
        work = std::move(due_->begin()->second);
        due_->erase(due_->begin());
      }
      work();
    }
  }

  // Lets time pass, and does what falls due on the way when it is due.
  void pass(Duration duration) {
    const Instant until = clock_.now() + duration;
    turn();
    while (!due_->empty() && due_->begin()->first.at <= until) {
      clock_.pass(std::chrono::ceil<Duration>(due_->begin()->first.at - clock_.now()));
      turn();
    }
    clock_.pass(std::chrono::floor<Duration>(until - clock_.now()));
  }

  [[nodiscard]] std::size_t waiting() const { return due_->size(); }
  // Until the next entry is due; some entry is waiting.
  [[nodiscard]] Duration next_in() const {
    return std::chrono::ceil<Duration>(due_->begin()->first.at - clock_.now());
  }

 private:
  struct Place {
    Instant at;
    std::size_t number;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  using Due = std::map<Place, std::function<void()>>;

  class Taken final : public Entry {
   public:
    Taken(std::shared_ptr<Due> due, Place place) : due_(std::move(due)), place_(place) {}
    ~Taken() override { due_->erase(place_); }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

   private:
    std::shared_ptr<Due> due_;
    Place place_;
  };

  [[nodiscard]] bool is_due() const {
    return !due_->empty() && due_->begin()->first.at <= clock_.now();
  }

  ManualClock& clock_;
  std::deque<std::function<void()>> posted_;
  std::shared_ptr<Due> due_ = std::make_shared<Due>();
  std::size_t next_ = 0;
};

}  // namespace postern::test
