#include "controller/kube/work_under_way.h"

#include <chrono>
#include <mutex>
#include <set>
#include <vector>

namespace postern::kube {

struct WorkUnderWay::State {
  std::mutex lock;
  const Clock* clock;  // null: the queue is gone
  std::multiset<Instant> began;

  // In seconds, of each; the longest first.
  std::vector<double> so_far() {
    const std::scoped_lock held(lock);
    std::vector<double> out;
    if (clock == nullptr) return out;
    const Instant now = clock->now();
    for (const Instant one : began) {
      out.push_back(std::chrono::duration<double>(now - one).count());
    }
    return out;
  }
};

WorkUnderWay::WorkUnderWay(Metrics& metrics, const Clock& clock, const std::string& queue)
    : clock_(clock),
      state_(std::make_shared<State>()),
      took_(metrics.histogram("workqueue_work_duration_seconds", "From a turn to its end.",
                              {{"name", queue}})) {
  state_->clock = &clock;
  metrics.gauge_of("workqueue_unfinished_work_seconds",
                   "What is under way has taken so long, all together.",
                   [state = state_, labels = Labels{{"name", queue}}] {
                     double sum = 0;
                     for (const double one : state->so_far()) sum += one;
                     return std::vector<Seen>{{labels, sum}};
                   });
  metrics.gauge_of("workqueue_longest_running_processor_seconds",
                   "What is under way for longest has taken so long.",
                   [state = state_, labels = Labels{{"name", queue}}] {
                     const std::vector<double> all = state->so_far();
                     return std::vector<Seen>{{labels, all.empty() ? 0 : all.front()}};
                   });
}

WorkUnderWay::~WorkUnderWay() {
  const std::scoped_lock held(state_->lock);
  state_->clock = nullptr;
}

void WorkUnderWay::begin(Instant now) {
  const std::scoped_lock held(state_->lock);
  state_->began.insert(now);
}

void WorkUnderWay::end(Instant began) {
  took_.observe(clock_.now() - began);
  const std::scoped_lock held(state_->lock);
  const auto found = state_->began.find(began);
  if (found != state_->began.end()) state_->began.erase(found);
}

void WorkUnderWay::clear() {
  const std::scoped_lock held(state_->lock);
  state_->began.clear();
}

}  // namespace postern::kube
