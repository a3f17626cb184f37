#include "common/base/line_writer.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace postern {

namespace {

constexpr std::chrono::seconds kFlushAtEnd{1};
// A buffer that a storm has left larger than this is given back.
constexpr std::size_t kKeptOctets = std::size_t{256} << 10U;

// False: nobody will ever read it.
bool write_all(int descriptor, std::string_view octets) {
  while (!octets.empty()) {
    const auto written = ::write(descriptor, octets.data(), octets.size());
    if (written >= 0) {
      octets.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // somebody made our stderr non-blocking
      pollfd room{descriptor, POLLOUT, 0};
      (void)::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

struct LineWriter::State {
  State(int to, std::size_t most, std::chrono::milliseconds gather)
      : descriptor(to), most_lines(most), gather_for(gather) {}

  const int descriptor;
  const std::size_t most_lines;
  const std::chrono::milliseconds gather_for;
  std::atomic<std::uint64_t> dropped{0};

  std::mutex lock;  // of all below; never held while octets are written
  std::condition_variable wake;
  std::condition_variable over;
  std::string waiting;
  std::size_t lines = 0;  // in `waiting`
  bool at_once = false;
  bool ending = false;
  bool ended = false;

  void run();
  void take_what_waits(std::unique_lock<std::mutex>& held, std::string& taken);
};

// The thread sleeps in `wake` until a first line comes, then as long as may be for others.
void LineWriter::State::run() {
  std::string taken;
  std::unique_lock held(lock);
  for (;;) {
    wake.wait(held, [this] { return lines > 0 || ending; });
    if (lines == 0) break;
    wake.wait_for(held, gather_for, [this] { return at_once || ending; });
    take_what_waits(held, taken);
  }
  ended = true;
  over.notify_all();
}

void LineWriter::State::take_what_waits(std::unique_lock<std::mutex>& held, std::string& taken) {
  waiting.swap(taken);
  const std::size_t count = std::exchange(lines, 0);
  at_once = false;
  held.unlock();
  if (!write_all(descriptor, taken)) dropped.fetch_add(count, std::memory_order_relaxed);
  taken.clear();
  if (taken.capacity() > kKeptOctets) taken.shrink_to_fit();
  held.lock();
}

LineWriter::LineWriter(int descriptor, std::size_t most_lines, std::chrono::milliseconds gather)
    : state_(std::make_shared<State>(descriptor, most_lines, gather)) {
  std::thread([state = state_] { state->run(); }).detach();
}

LineWriter::~LineWriter() {
  std::unique_lock held(state_->lock);
  state_->ending = true;
  state_->wake.notify_one();
  state_->over.wait_for(held, kFlushAtEnd, [this] { return state_->ended; });
}

// The writer is woken by the first line only: who comes while it gathers or writes makes no system
// call.
void LineWriter::put(std::string_view line, Urgency urgency) {
  State& state = *state_;
  std::unique_lock held(state.lock);
  if (state.lines >= state.most_lines || state.waiting.size() + line.size() >= kMostOctets) {
    state.dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  state.waiting.append(line);
  state.waiting.push_back('\n');
  ++state.lines;
  const bool hurry = urgency == Urgency::AtOnce || state.lines * 2 >= state.most_lines;
  const bool wake = state.lines == 1 || (hurry && !state.at_once);
  state.at_once = state.at_once || hurry;
  held.unlock();
  if (wake) state.wake.notify_one();
}

std::uint64_t LineWriter::dropped() const {
  return state_->dropped.load(std::memory_order_relaxed);
}

}  // namespace postern
