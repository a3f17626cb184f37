#include "bench/load/loop.h"

#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace postern::bench {
namespace {

constexpr int kTickMs = 20;

}  // namespace

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Loop::~Loop() { close(epoll_); }

Loop& Loop::mine() {
  thread_local Loop loop;
  return loop;
}

void Loop::watch(int fd, Party& party) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &party;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Loop::bury(std::unique_ptr<Party> party) {
  party->buried_ = true;
  tick_no_more(*party);
  graves_.push_back(std::move(party));
}

void Loop::tick_from_now_on(Party& party) { ticking_.push_back(&party); }

void Loop::tick_no_more(Party& party) {
  std::replace(ticking_.begin(), ticking_.end(), &party, static_cast<Party*>(nullptr));
}

void Loop::run(const std::function<bool()>& over) {
  std::array<epoll_event, 256> events{};
  while (!over()) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTickMs);
    for (int i = 0; i < count; ++i) {
      auto* party = static_cast<Party*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (!party->buried_) party->ready();
    }
    tick();
    delete_buried();
  }
}

void Loop::tick() {
  if (ticking_.empty() || seconds_now() < next_tick_) return;
  next_tick_ = seconds_now() + kTickMs * 1e-3;
  for (std::size_t i = 0; i < ticking_.size(); ++i) {
    if (ticking_[i] != nullptr) ticking_[i]->tick();
  }
  std::erase(ticking_, nullptr);
}

// A party's end may bury another one.
void Loop::delete_buried() {
  while (!graves_.empty()) std::exchange(graves_, {}).clear();
}

}  // namespace postern::bench
