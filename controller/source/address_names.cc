#include "controller/source/address_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

namespace postern::source {

namespace {

// How long the end waits for a lookup; resolvers give up after 5 to 30 s.
constexpr Duration kFarewell{1000};
// Its servers are away, or somebody made it so.
constexpr Duration kSlow{500};
// Of the one thread's time such a name gets a twentieth.
constexpr int kSlowPart = 20;

}  // namespace

struct AddressNames::Shared {
  struct Name {
    std::optional<NameAnswer> answer;
    Instant due{};  // the beginning of time: at once
    bool is_slow = false;
  };

  NameLookup lookup;
  Duration every;
  std::function<void()> changed;
  std::mutex mutex;
  std::condition_variable to_thread;
  std::condition_variable from_thread;
  std::map<std::string, Name> names;
  std::set<std::string> fresh;  // of the last want()
  bool stop = false;
  bool ended = false;

  // Which is to be asked for next, now or later. `mutex` is held.
  std::map<std::string, Name>::iterator next(Instant now) {
    // What is due comes first, and of that what is quick.
    const auto turn_of = [now](const Name& name) {
      const int line = name.due > now ? 2 : static_cast<int>(name.is_slow);
      return std::pair(line, name.due);
    };
    return std::ranges::min_element(names, {},
                                    [&](const auto& known) { return turn_of(known.second); });
  }

  bool fresh_are_answered() const {
    return std::ranges::all_of(fresh, [this](const std::string& name) {
      const auto at = names.find(name);
      return at == names.end() || at->second.answer.has_value();
    });
  }

  // `mutex` is held.
  void take(const std::string& name, Result<std::vector<IpAddress>, std::string> found,
            Instant asked) {
    const auto at = names.find(name);
    if (at == names.end()) return;  // nobody wants it any more
    Name& state = at->second;
    const Instant answered = std::chrono::steady_clock::now();
    state.is_slow = !found || answered - asked > kSlow;
    state.due = answered + every;
    if (state.is_slow) state.due = std::max(state.due, answered + (answered - asked) * kSlowPart);
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
    const Instant now = std::chrono::steady_clock::now();
    const auto next = shared.next(now);
    if (next == shared.names.end()) {
      shared.to_thread.wait(lock);
      continue;
    }
    if (next->second.due > now) {
      const Instant due = next->second.due;
      shared.to_thread.wait_until(lock, due);
      continue;
    }
    const std::string name = next->first;
    lock.unlock();
    auto found = shared.lookup(name);
    lock.lock();
    shared.take(name, std::move(found), now);
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
  shared_->fresh.clear();
  for (const std::string& name : names) {
    if (shared_->names.size() >= kMostNames) break;
    if (shared_->names.try_emplace(name).second) shared_->fresh.insert(name);
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
  shared_->from_thread.wait_for(lock, most, [this] { return shared_->fresh_are_answered(); });
}

std::optional<NameAnswer> AddressNames::answer(const std::string& name) const {
  const std::lock_guard lock(shared_->mutex);
  const auto at = shared_->names.find(name);
  if (at != shared_->names.end()) return at->second.answer;
  return NameAnswer{{}, fmt::format("is not looked up: there are more than {} names", kMostNames)};
}

}  // namespace postern::source
