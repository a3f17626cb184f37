// What all connections of one fake API server share: its store, faults, tokens, and what was asked.
// `mutex` is held for each look at it; `changed` wakes watches.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/fake_api/faults.h"
#include "tests/support/fake_api/store.h"

namespace postern::test {

// A request, and what became of it. Of a watch the code is that of its head.
struct ApiSeen {
  ApiAsked asked;
  std::string method;
  std::string target;
  std::string agent;
  std::string body;  // of writes
  int code = 0;
  bool partial = false;  // metadata alone was asked for
};

// Done to watches that run now.
enum class WatchEnd { Orderly, Cut, Gone, Silent };

struct ApiState {
  std::mutex mutex;
  std::condition_variable changed;
  ApiStore store;
  ApiFaults faults;
  std::map<std::string, std::string> tokens;    // token -> user; none: everybody is let in
  std::set<std::string> missing;                // groups that are not installed
  std::map<std::string, std::uint64_t> frozen;  // user -> the newest revision that he is shown
  std::vector<ApiSeen> seen;
  // Yes; No: refused as by a server that does not know them; Late: as by one whose etcd is too old.
  enum class Streaming { Yes, No, Late } streaming = Streaming::Yes;
  int bookmark_milliseconds = 60'000;
  std::atomic<bool> closing{false};

  // Watches begun before this count of interruptions end so.
  std::uint64_t interruptions = 0;
  WatchEnd interruption = WatchEnd::Orderly;
  std::string interrupted_plural;

  [[nodiscard]] std::uint64_t view_of(const std::string& user) const {
    const auto found = frozen.find(user);
    return found == frozen.end() ? store.revision() : std::min(found->second, store.revision());
  }
};

}  // namespace postern::test
