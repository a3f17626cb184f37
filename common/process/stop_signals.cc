#include "common/process/stop_signals.h"

#include <csignal>
#include <cstdlib>
#include <utility>

namespace postern::process {
namespace {

// How the destructor wakes the thread; sent to that thread alone.
constexpr int kWake = SIGUSR1;

sigset_t awaited() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, kWake}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void keep_stop_signals() {
  const sigset_t set = awaited();
  (void)pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StopSignals::StopSignals(std::function<void()> first)
    : first_(std::move(first)), thread_([this] { wait(); }) {}

StopSignals::~StopSignals() {
  over_ = true;
  (void)pthread_kill(thread_.native_handle(), kWake);
  thread_.join();
}

void StopSignals::wait() {
  const sigset_t set = awaited();
  for (bool stopping = false; !over_;) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0 || (signal != SIGTERM && signal != SIGINT)) continue;
    if (stopping) std::_Exit(0);
    stopping = true;
    first_();
  }
}

}  // namespace postern::process
