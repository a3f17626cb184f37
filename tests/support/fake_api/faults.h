// What goes wrong at the fake API server, and when: a list of faults, each taken by the first
// requests that it fits. Not thread-safe; the server's lock is held.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include <boost/json.hpp>

namespace postern::test {

struct ApiFault {
  enum class What {
    Status,       // an answer of `code` and `reason` in place of what was asked for
    ErrorEvent,   // a watch: after so many events an ERROR with `code` and `reason`, then the end
    Cut,          // the connection ends in the middle of the body, of a watch: of an event
    End,          // a watch ends as it should, but too early; with after 0: an empty answer
    Silent,       // nothing is said any more, and the connection stays
    Fragments,    // the body comes in pieces of `octets`
    OldRevision,  // a list is as it was `octets` revisions ago
    Garbage,      // a body that is no JSON
    Delay,        // the answer comes `octets` milliseconds later
  };
  What what = What::Status;
  std::string verb = {};    // get, list, watch, create, update, patch, delete; empty: any
  std::string plural = {};  // empty: any
  std::string user = {};    // empty: any
  int times = 1;            // below 0: for ever
  int code = 500;
  std::string reason = "InternalError";
  std::string message = "scripted";
  int retry_after = 0;     // seconds; 0: not said
  std::size_t after = 0;   // events of a watch that come before
  std::size_t octets = 1;  // of a piece; revisions; milliseconds
};

// Who asks for what.
struct ApiAsked {
  std::string verb;
  std::string plural;
  std::string user;
};

class ApiFaults {
 public:
  void add(ApiFault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }
  [[nodiscard]] std::optional<ApiFault> take(const ApiAsked& asked) {
    for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
      if (!fits(*fault, asked)) continue;
      ApiFault found = *fault;
      if (fault->times > 0 && --fault->times == 0) faults_.erase(fault);
      return found;
    }
    return std::nullopt;
  }

 private:
  static bool fits(const ApiFault& fault, const ApiAsked& asked) {
    const auto any_or = [](const std::string& wanted, const std::string& is) {
      return wanted.empty() || wanted == is;
    };
    return any_or(fault.verb, asked.verb) && any_or(fault.plural, asked.plural) &&
           any_or(fault.user, asked.user);
  }

  std::list<ApiFault> faults_;
};

// In the words of a script: {"what": "status", "code": 410, "plural": "secrets", "times": 3}.
inline ApiFault fault_of(const boost::json::object& words) {
  static const std::pair<std::string_view, ApiFault::What> names[] = {
      {"status", ApiFault::What::Status},
      {"error-event", ApiFault::What::ErrorEvent},
      {"cut", ApiFault::What::Cut},
      {"end", ApiFault::What::End},
      {"silent", ApiFault::What::Silent},
      {"fragments", ApiFault::What::Fragments},
      {"old-revision", ApiFault::What::OldRevision},
      {"garbage", ApiFault::What::Garbage},
      {"delay", ApiFault::What::Delay},
  };
  ApiFault fault;
  const auto text = [&](std::string_view key, std::string& into) {
    if (const auto* value = words.if_contains(key)) into = value->as_string().c_str();
  };
  const auto number = [&](std::string_view key, auto& into) {
    if (const auto* value = words.if_contains(key)) {
      into = value->to_number<std::remove_reference_t<decltype(into)>>();
    }
  };
  std::string what = "status";
  text("what", what);
  bool known = false;
  for (const auto& [name, value] : names) {
    if (what != name) continue;
    fault.what = value;
    known = true;
  }
  if (!known) throw std::invalid_argument("no such fault: " + what);
  text("verb", fault.verb);
  text("plural", fault.plural);
  text("user", fault.user);
  text("reason", fault.reason);
  text("message", fault.message);
  number("times", fault.times);
  number("code", fault.code);
  number("retryAfter", fault.retry_after);
  number("after", fault.after);
  number("octets", fault.octets);
  return fault;
}

}  // namespace postern::test
