// One watch at the fake API server: from its head to its end, on its connection's thread. The lock
// of the state is taken to look, never while octets are written.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_api/answering.h"
#include "tests/support/fake_api/wire.h"

namespace postern::test {

class ApiWatch {
 public:
  using Clock = std::chrono::steady_clock;

  ApiWatch(ApiState& state, ApiWire& wire, const ApiAddress& address, const ApiTarget& target)
      : state_(state),
        wire_(wire),
        address_(address),
        target_(target),
        selection_(ApiSelection::of(address, target)) {}

  // Why there is no watch; nothing where there is one. The lock is held.
  [[nodiscard]] std::optional<ApiAnswer> refused() const {
    const bool asked = !target_.value("sendInitialEvents").empty();
    if (asked && state_.streaming == ApiState::Streaming::No) {
      return refusal(
          422, "Invalid",
          "ListOptions.meta.k8s.io is invalid: sendInitialEvents: Forbidden: "
          "sendInitialEvents is forbidden for watch unless the WatchList feature gate is "
          "enabled");
    }
    if (asked && target_.value("resourceVersionMatch") != "NotOlderThan") {
      return refusal(422, "Invalid",
                     "ListOptions.meta.k8s.io is invalid: resourceVersionMatch: Forbidden: "
                     "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    return std::nullopt;
  }

  // True when the connection can be used again.
  bool run(const std::string& user, std::optional<ApiFault> fault) {
    user_ = user;
    fault_ = std::move(fault);
    if (!wire_.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n")) {
      return false;
    }
    begin();
    while (state_of_watch_ == Going::On) {
      const std::vector<std::string> lines = next_lines();
      if (lines.empty() && fault_is_due()) suffer({});
      for (const std::string& line : lines) say(line);
      if (state_of_watch_ != Going::On) break;
      if (ended_)
        state_of_watch_ = Going::Done;
      else if (wire_.is_stirring())
        state_of_watch_ = Going::Broken;
    }
    if (state_of_watch_ == Going::Done) return wire_.write("0\r\n\r\n");
    if (state_of_watch_ == Going::Silent) keep_silent();
    return false;
  }

 private:
  enum class Going { On, Done, Broken, Silent };

  // Until the client leaves or the server ends.
  void keep_silent() {
    std::unique_lock lock(state_.mutex);
    while (!state_.closing && !wire_.is_stirring()) {
      state_.changed.wait_for(lock, std::chrono::milliseconds(50));
    }
  }

  [[nodiscard]] std::uint64_t from() const {
    const std::string text = target_.value("resourceVersion");
    return text.empty() ? 0 : std::stoull(text);
  }

  void begin() {
    const std::lock_guard lock(state_.mutex);
    interruptions_ = state_.interruptions;
    const std::string seconds = target_.value("timeoutSeconds");
    if (!seconds.empty()) ends_ = Clock::now() + std::chrono::seconds(std::stol(seconds));
    bookmarks_ = target_.is_true("allowWatchBookmarks");
    tell_bookmark_at_ = Clock::now() + std::chrono::milliseconds(state_.bookmark_milliseconds);
    const bool streaming = target_.is_true("sendInitialEvents");
    const std::uint64_t view = state_.view_of(user_);
    if (streaming && state_.streaming == ApiState::Streaming::Late) {
      refusal_ = error_line(500, "InternalError",
                            "a watch stream was requested by the client but the required storage "
                            "feature RequestWatchProgress is disabled");
    } else if (streaming || from() == 0) {
      for (const ApiObject& object : state_.store.all(storage_of(*address_.kind), view)) {
        if (selection_.has(*object)) waiting_.push_back(event("ADDED", *object));
      }
      if (streaming) waiting_.push_back(bookmark(view, true));
      cursor_ = state_.store.index_after(view);
    } else if (from() < state_.store.compacted()) {
      refusal_ = gone_line();
    } else {
      cursor_ = state_.store.index_after(from());
    }
  }

  // Waits for something to say, a little.
  std::vector<std::string> next_lines() {
    std::unique_lock lock(state_.mutex);
    if (!refusal_.empty()) return last_word(refusal_);
    collect();
    if (waiting_.empty() && !over()) {
      state_.changed.wait_for(lock, std::chrono::milliseconds(50));
      collect();
    }
    if (state_.closing) state_of_watch_ = Going::Broken;
    if (was_interrupted()) return interrupted();
    if (Clock::now() >= ends_) {
      if (bookmarks_) waiting_.push_back(bookmark(state_.view_of(user_), false));
      ended_ = true;
    }
    return std::exchange(waiting_, {});
  }

  void collect() {
    const std::vector<ApiChange>& log = state_.store.log();
    const std::uint64_t view = state_.view_of(user_);
    for (; cursor_ < log.size() && log[cursor_].revision <= view; ++cursor_) {
      const ApiChange& change = log[cursor_];
      if (storage_of(*change.kind) != storage_of(*address_.kind)) continue;
      const bool had = change.before && selection_.has(*change.before);
      const bool has = !change.deleted && selection_.has(*change.after);
      if (!had && !has) continue;
      waiting_.push_back(event(has ? (had ? "MODIFIED" : "ADDED") : "DELETED", *change.after));
    }
    if (bookmarks_ && Clock::now() >= tell_bookmark_at_) {
      tell_bookmark_at_ = Clock::now() + std::chrono::milliseconds(state_.bookmark_milliseconds);
      waiting_.push_back(bookmark(view, false));
    }
  }

  [[nodiscard]] bool over() const {
    return state_.closing || Clock::now() >= ends_ || was_interrupted() || fault_is_due();
  }
  [[nodiscard]] bool was_interrupted() const {
    return interruptions_ != state_.interruptions &&
           (state_.interrupted_plural.empty() ||
            state_.interrupted_plural == address_.kind->plural);
  }
  std::vector<std::string> interrupted() {
    switch (state_.interruption) {
      case WatchEnd::Orderly: ended_ = true; return std::exchange(waiting_, {});
      case WatchEnd::Cut: state_of_watch_ = Going::Broken; return {};
      case WatchEnd::Silent: state_of_watch_ = Going::Silent; return {};
      case WatchEnd::Gone: return last_word(gone_line());
    }
    return {};
  }
  std::vector<std::string> last_word(std::string line) {
    ended_ = true;
    return {std::move(line)};
  }
  [[nodiscard]] std::string gone_line() const {
    return error_line(410, "Expired", "too old resource version: " + std::to_string(from()));
  }

  // Faults of a running watch; the others are met elsewhere.
  [[nodiscard]] bool fault_is_due() const {
    if (!fault_ || said_ < fault_->after) return false;
    return fault_->what == ApiFault::What::Cut || fault_->what == ApiFault::What::End ||
           fault_->what == ApiFault::What::Silent || fault_->what == ApiFault::What::ErrorEvent ||
           fault_->what == ApiFault::What::Garbage;
  }
  // In place of this line.
  void suffer(std::string_view line) {
    state_of_watch_ = Going::Done;
    if (fault_->what == ApiFault::What::Cut) {
      (void)put(line.substr(0, line.size() / 2));
      state_of_watch_ = Going::Broken;
    } else if (fault_->what == ApiFault::What::Silent) {
      state_of_watch_ = Going::Silent;
    } else if (fault_->what == ApiFault::What::ErrorEvent) {
      (void)put(error_line(fault_->code, fault_->reason, fault_->message));
    } else if (fault_->what == ApiFault::What::Garbage) {
      (void)put("<html>no JSON</html>\n");
    }
  }

  void say(const std::string& line) {
    if (state_of_watch_ != Going::On) return;
    if (fault_is_due()) return suffer(line);
    if (line.find("\"type\":\"BOOKMARK\"") == std::string::npos) ++said_;
    if (!put(line)) state_of_watch_ = Going::Broken;
  }

  bool put(std::string_view line) {
    const bool in_pieces = fault_ && fault_->what == ApiFault::What::Fragments;
    const std::size_t most = in_pieces ? std::max<std::size_t>(fault_->octets, 1) : line.size();
    while (!line.empty()) {
      const std::string_view piece = line.substr(0, most);
      line.remove_prefix(piece.size());
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      if (!wire_.write(std::string(size).append(piece).append("\r\n"))) return false;
    }
    return true;
  }

  [[nodiscard]] std::string event(std::string_view type, const json::object& object) const {
    return json::serialize(json::object{
               {"type", type},
               {"object", in_version(*address_.kind, object, false, target_.partial)}}) +
           "\n";
  }
  [[nodiscard]] std::string bookmark(std::uint64_t revision, bool end_of_initial) const {
    json::object metadata = {{"resourceVersion", std::to_string(revision)},
                             {"creationTimestamp", nullptr}};
    if (end_of_initial) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
    return json::serialize(json::object{
               {"type", "BOOKMARK"},
               {"object",
                {{"kind", target_.partial ? "PartialObjectMetadata" : address_.kind->kind},
                 {"apiVersion", target_.partial ? "meta.k8s.io/v1" : address_.kind->api_version()},
                 {"metadata", std::move(metadata)}}}}) +
           "\n";
  }
  [[nodiscard]] static std::string error_line(int code, std::string_view reason,
                                              std::string_view message) {
    return json::serialize(
               json::object{{"type", "ERROR"}, {"object", status_object(code, reason, message)}}) +
           "\n";
  }
  ApiState& state_;
  ApiWire& wire_;
  const ApiAddress& address_;
  const ApiTarget& target_;
  ApiSelection selection_;
  std::string user_;
  std::optional<ApiFault> fault_;
  std::string refusal_;  // said in place of events
  std::vector<std::string> waiting_;
  std::size_t cursor_ = 0;
  std::size_t said_ = 0;
  std::uint64_t interruptions_ = 0;
  bool bookmarks_ = false;
  bool ended_ = false;
  Going state_of_watch_ = Going::On;
  Clock::time_point ends_ = Clock::time_point::max();
  Clock::time_point tell_bookmark_at_ = Clock::time_point::max();
};

}  // namespace postern::test
