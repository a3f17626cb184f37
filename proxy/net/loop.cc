#include "proxy/net/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <mutex>
#include <utility>
#include <vector>

#include "common/base/check.h"

namespace postern::net {

namespace {

constexpr std::size_t kEvents = 256;
constexpr std::size_t kInboxEntries = 65'536;
constexpr std::uint32_t kGenerationMask = 0xFF'FFFF;

// slot:32 | generation:24 | role:8
std::uint64_t pack(Token token) {
  return std::uint64_t{token.slot} << 32 | std::uint64_t{token.generation & kGenerationMask} << 8 |
         static_cast<std::uint64_t>(token.role);
}

Token unpack(std::uint64_t datum) {
  return {static_cast<std::uint32_t>(datum >> 32),
          static_cast<std::uint32_t>(datum >> 8) & kGenerationMask,
          static_cast<Role>(datum & 0xFF)};
}

Event event_of(const epoll_event& seen) {
  constexpr std::uint32_t kDead = EPOLLHUP | EPOLLERR;
  return {unpack(seen.data.u64), (seen.events & (EPOLLIN | EPOLLRDHUP | kDead)) != 0,
          (seen.events & (EPOLLOUT | kDead)) != 0, (seen.events & (EPOLLRDHUP | kDead)) != 0};
}

int milliseconds(Duration timeout) {
  if (timeout < Duration::zero()) return -1;
  return static_cast<int>(std::min<Duration::rep>(timeout.count(), INT_MAX));
}

}  // namespace

struct Loop::State {
  int epoll = -1;
  int bell = -1;  // an eventfd: rung when the inbox was empty
  std::array<epoll_event, kEvents> seen;
  std::array<Event, kEvents> events;
  std::mutex lock;  // of inbox only; never held while work runs
  std::vector<std::function<void()>> inbox;

  bool add(int fd, std::uint32_t interest, Token token) const {
    epoll_event wanted{};
    wanted.events = interest;
    wanted.data.u64 = pack(token);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted) == 0) return true;
    if (errno == EEXIST) return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &wanted) == 0;
    // fs.epoll.max_user_watches or memory; anything else is a mistake of ours.
    check(errno == ENOSPC || errno == ENOMEM, "a watched descriptor is open and can be polled");
    return false;
  }

  void silence_bell() const {
    std::uint64_t rings = 0;
    [[maybe_unused]] const auto got = ::read(bell, &rings, sizeof rings);
  }
};

Loop::Loop() : state_(std::make_unique<State>()) {
  state_->epoll = epoll_create1(EPOLL_CLOEXEC);
  check(state_->epoll >= 0, "an epoll instance can be made");
  state_->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  check(state_->bell >= 0, "an eventfd can be made");
  check(state_->add(state_->bell, EPOLLIN, Token{0, 0, Role::Inbox}), "the inbox can be watched");
}

Loop::~Loop() {
  ::close(state_->bell);
  ::close(state_->epoll);
}

bool Loop::watch(int fd, Token token) {
  return state_->add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, token);
}

bool Loop::watch_listener(int fd, Token token) { return state_->add(fd, EPOLLIN, token); }

void Loop::unwatch(int fd) { epoll_ctl(state_->epoll, EPOLL_CTL_DEL, fd, nullptr); }

std::span<const Event> Loop::wait(Duration timeout) {
  const int count = epoll_wait(state_->epoll, state_->seen.data(), kEvents, milliseconds(timeout));
  check(count >= 0 || errno == EINTR, "an epoll instance can be waited for");
  const auto seen = static_cast<std::size_t>(std::max(count, 0));
  for (std::size_t i = 0; i < seen; ++i) {
    state_->events[i] = event_of(state_->seen[i]);
    if (state_->events[i].token.role == Role::Inbox) state_->silence_bell();
  }
  return {state_->events.data(), seen};
}

bool Loop::post(std::function<void()> work) {
  {
    const std::scoped_lock held(state_->lock);
    if (state_->inbox.size() >= kInboxEntries) return false;
    state_->inbox.push_back(std::move(work));
    if (state_->inbox.size() > 1) return true;  // the bell was rung already
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(state_->bell, &one, sizeof one);
  return true;
}

std::size_t Loop::run_posted() {
  std::vector<std::function<void()>> posted;
  {
    const std::scoped_lock held(state_->lock);
    posted.swap(state_->inbox);
  }
  for (auto& work : posted) work();
  return posted.size();
}

}  // namespace postern::net
