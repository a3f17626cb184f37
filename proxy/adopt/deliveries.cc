#include "proxy/adopt/deliveries.h"

#include <string>
#include <utility>

namespace postern::adopt {

namespace {

struct Parcel {
  Instant sent_at;
  std::vector<bool> has_answered;
  std::size_t answers_due = 0;
  bool is_told = false;
  std::function<void()> adopted;
};

}  // namespace

struct Deliveries::State {
  State(Log& to, const Clock& with) : log(to), clock(with) {}

  void answered(std::uint64_t id, std::size_t worker) {
    const auto found = under_way.find(id);
    if (found == under_way.end() || found->second.has_answered[worker]) return;
    found->second.has_answered[worker] = true;
    if (--found->second.answers_due > 0) return;
    const std::function<void()> adopted = std::move(found->second.adopted);
    under_way.erase(found);
    adopted();
  }

  Log& log;
  const Clock& clock;
  std::function<void(std::uint16_t)> shut;
  std::map<std::uint64_t, Parcel> under_way;
  std::uint64_t last_id = 0;
};

Deliveries::Deliveries(std::vector<HandToWorker> workers, Post post, Log& log, const Clock& clock)
    : workers_(std::move(workers)),
      post_(std::move(post)),
      state_(std::make_shared<State>(log, clock)) {}
Deliveries::~Deliveries() = default;

void Deliveries::on_shut(std::function<void(std::uint16_t port)> shut) {
  state_->shut = std::move(shut);
}

bool Deliveries::idle() const { return state_->under_way.empty(); }

void Deliveries::send(std::vector<Handover> handovers, std::function<void()> adopted) {
  if (workers_.empty()) return adopted();
  const std::uint64_t id = ++state_->last_id;
  state_->under_way[id] = Parcel{state_->clock.now(), std::vector<bool>(workers_.size()),
                                 workers_.size(), false, std::move(adopted)};
  const std::weak_ptr<State> weak = state_;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    WorkerAnswer answer;
    answer.adopted = [weak, id, i, post = post_](std::shared_ptr<const net::Prepared> before) {
      post(Duration{0}, [weak, id, i, before = std::move(before)]() mutable {
        before.reset();  // here, on the control thread
        if (const auto state = weak.lock()) state->answered(id, i);
      });
    };
    answer.closed = [weak, post = post_](std::uint16_t port) {
      post(Duration{0}, [weak, port] {
        if (const auto state = weak.lock()) state->shut(port);
      });
    };
    workers_[i](std::move(handovers[i]), std::move(answer));
  }
}

void Deliveries::look_for_silence() {
  const Instant now = state_->clock.now();
  for (auto& [id, parcel] : state_->under_way) {
    if (parcel.is_told || now - parcel.sent_at < kSilence) continue;
    parcel.is_told = true;
    std::string silent;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (!parcel.has_answered[i]) silent += (silent.empty() ? "" : " ") + std::to_string(i);
    }
    state_->log.line(LogLevel::Warning, "workers do not take the configuration",
                     {{field::kDetail, silent}});
  }
}

}  // namespace postern::adopt
