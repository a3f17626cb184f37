#include "controller/source/address_names.h"

#include <fmt/format.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

namespace postern::source {

namespace {

// How long the end waits for a lookup; resolvers give up after 5 to 30 s.
constexpr Duration kFarewell{1000};

}  // namespace

struct AddressNames::Shared {
  struct Name {
    std::optional<NameAnswer> answer;
    Instant due{};  // the beginning of time: at once
  };

  NameLookup lookup;
  Duration every;
  std::function<void()> changed;
  std::mutex mutex;
  std::condition_variable to_thread;
  std::condition_variable from_thread;
  std::map<std::string, Name> names;
  bool stop = false;
  bool ended = false;

  // The next that is due, and when. `mutex` is held.
  std::map<std::string, Name>::iterator next() {
    auto soonest = names.end();
    for (auto at = names.begin(); at != names.end(); ++at) {
      if (soonest == names.end() || at->second.due < soonest->second.due) soonest = at;
    }
    return soonest;
  }

  bool all_answered() const {
    for (const auto& [name, state] : names) {
      if (!state.answer) return false;
    }
    return true;
  }

  // `mutex` is held.
  void take(const std::string& name, Result<std::vector<IpAddress>, std::string> found) {
    const auto at = names.find(name);
    if (at == names.end()) return;  // nobody wants it any more
    Name& state = at->second;
    state.due = std::chrono::steady_clock::now() + every;
    NameAnswer now = state.answer.value_or(NameAnswer{});
    if (found) {
      now = {std::move(*found), ""};
    } else {
      now.problem = std::move(found.error());
    }
    if (state.answer == now) return;
    state.answer = std::move(now);
    // Under the lock, so that nobody is called after the end.
    if (!stop) changed();
  }
};

void AddressNames::work(Shared& shared) {
  std::unique_lock lock(shared.mutex);
  while (!shared.stop) {
    const auto next = shared.next();
    if (next == shared.names.end()) {
      shared.to_thread.wait(lock);
      continue;
    }
    if (next->second.due > std::chrono::steady_clock::now()) {
      const Instant due = next->second.due;
      shared.to_thread.wait_until(lock, due);
      continue;
    }
    const std::string name = next->first;
    lock.unlock();
    auto found = shared.lookup(name);
    lock.lock();
    shared.take(name, std::move(found));
    shared.from_thread.notify_all();
  }
  shared.ended = true;
  shared.from_thread.notify_all();
}

AddressNames::AddressNames(NameLookup lookup, Duration every, std::function<void()> changed)
    : shared_(std::make_shared<Shared>()) {
  shared_->lookup = std::move(lookup);
  shared_->every = every;
  shared_->changed = std::move(changed);
}

AddressNames::~AddressNames() {
  if (!thread_.joinable()) return;
  bool ended = false;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->stop = true;
    shared_->to_thread.notify_all();
    ended = shared_->from_thread.wait_for(lock, kFarewell, [this] { return shared_->ended; });
  }
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void AddressNames::want(const std::set<std::string>& names) {
  const std::lock_guard lock(shared_->mutex);
  std::erase_if(shared_->names, [&](const auto& known) { return !names.contains(known.first); });
  for (const std::string& name : names) {
    if (shared_->names.size() >= kMostNames) break;
    shared_->names.try_emplace(name);
  }
  if (shared_->names.empty()) return;
  if (thread_.joinable()) return shared_->to_thread.notify_all();
  try {
    thread_ = std::thread([shared = shared_] { work(*shared); });
  } catch (const std::system_error&) {
    // No more threads now: the names stay without an answer, and the next read tries again.
  }
}

void AddressNames::wait(Duration most) {
  std::unique_lock lock(shared_->mutex);
  shared_->from_thread.wait_for(lock, most, [this] { return shared_->all_answered(); });
}

std::optional<NameAnswer> AddressNames::answer(const std::string& name) const {
  const std::lock_guard lock(shared_->mutex);
  const auto at = shared_->names.find(name);
  if (at != shared_->names.end()) return at->second.answer;
  return NameAnswer{{}, fmt::format("is not looked up: there are more than {} names", kMostNames)};
}

}  // namespace postern::source
