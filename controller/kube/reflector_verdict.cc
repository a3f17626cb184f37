#include "controller/kube/reflector_verdict.h"

#include <algorithm>
#include <utility>

#include "common/base/ascii.h"

namespace postern::kube {
namespace {

std::string words_of(const Ending& ending, int code) {
  if (!ending.fault.empty()) return "what the API server says cannot be read: " + ending.fault;
  if (code == 0 || code == 200) {
    return ending.broken ? ending.broken->message : "the API server ended its answer early";
  }
  std::string words = "the API server says " + std::to_string(code);
  if (!ending.told.reason.empty()) words += " " + printable(ending.told.reason);
  if (!ending.told.message.empty()) words += ": " + printable(ending.told.message);
  return words;
}

bool is_expired(const Ending& ending, int code) {
  return code == 410 || ending.told.reason == "Expired" || ending.told.reason == "Gone";
}

// The server has forgotten, or not yet seen, the version that was asked for.
Verdict after_unknown_version(const Ending& ending, Verdict verdict) {
  const bool expired = !ending.told.too_large_version;
  verdict.standing = std::nullopt;
  verdict.pause = Pause::BackOffUnlessFirst;
  verdict.reason = expired ? "expired" : "too_large_version";
  if (ending.continued) {
    verdict.then = Then::ListUnpaged;
  } else if (ending.asked == Asked::Watch) {
    verdict.then = expired ? Then::List : Then::ListConsistent;
  } else if (ending.from_version) {
    verdict.then = Then::ListConsistent;
  } else {
    verdict.then = Then::Same;
    verdict.pause = Pause::BackOff;
    verdict.standing = Standing::Unreachable;
  }
  return verdict;
}

// No word of refusal: it ended, or was cut.
Verdict after_end(const Ending& ending, Verdict verdict) {
  if (ending.code == 0 || ending.asked == Asked::Page) return verdict;
  if (ending.asked == Asked::Stream) {
    // A server that does not know streamed lists takes it for a watch, and tells no end of them.
    const bool silent = ending.broken && ending.broken->why == Broken::Why::Silent;
    verdict.streams = ending.broken && !silent;
    return verdict;
  }
  verdict.then = Then::Watch;
  if (ending.lived > kShortWatch) {
    verdict.standing = std::nullopt;
    if (ending.had_events) verdict.pause = Pause::None;
  }
  return verdict;
}

// Neither a credential, nor the load, nor the server itself is at fault: the question was.
Verdict after_wrong_question(const Ending& ending, Verdict verdict) {
  switch (ending.asked) {
    case Asked::Stream:
      verdict.streams = false;
      verdict.pause = Pause::None;
      verdict.standing = std::nullopt;
      break;
    case Asked::Page:
      if (ending.continued) {
        verdict.then = Then::ListUnpaged;
      } else if (ending.from_version) {
        verdict.then = Then::ListConsistent;
      }
      break;
    case Asked::Watch:
      verdict.then = Then::ListConsistent;
      verdict.reason = "error";
      break;
  }
  return verdict;
}

Verdict after_refusal(const Ending& ending, int code, Verdict verdict) {
  if (code == 401 || code == 403) {
    // A server that has just been started knows no roles yet, and says 403 for a moment.
    const bool is_believed = code == 403 && ending.refusals >= kRefusals;
    verdict.standing = ending.was_allowed || is_believed ? Standing::Forbidden : Standing::Refused;
    if (is_believed && !ending.was_allowed) verdict.pause = Pause::Slow;
    return verdict;
  }
  if (code == 404) {
    verdict.standing = Standing::Missing;
    verdict.pause = Pause::Slow;
    // Should the kind come back, its versions have nothing to do with those of before.
    verdict.then = Then::ListConsistent;
    verdict.reason = "missing";
    return verdict;
  }
  if (code == 429) return verdict;
  if (ending.in_stream) {
    if (ending.asked == Asked::Watch) verdict.then = Then::List;
    // On an etcd before 3.5 a streamed list is refused only here, with 500, each time.
    if (ending.asked == Asked::Stream) return after_wrong_question(ending, std::move(verdict));
    verdict.reason = "error";
    return verdict;
  }
  return code < 500 ? after_wrong_question(ending, std::move(verdict)) : verdict;
}

}  // namespace

Verdict judge(const Ending& ending) {
  const int told = ending.told.code != 0 ? ending.told.code : 500;
  const int code = ending.in_stream ? told : ending.code;
  Verdict verdict{.words = words_of(ending, code)};
  if (!ending.fault.empty()) {
    if (ending.asked == Asked::Watch) verdict.then = Then::List;
    verdict.reason = "garbled";
    return verdict;
  }
  if (is_expired(ending, code) || ending.told.too_large_version) {
    return after_unknown_version(ending, std::move(verdict));
  }
  if (code == 0 || code == 200) return after_end(ending, std::move(verdict));
  return after_refusal(ending, code, std::move(verdict));
}

bool was_away(const Ending& ending) {
  if (ending.code == 0) return true;
  return ending.code >= 500 && asked_to_wait(ending) == Duration{0};
}

Duration asked_to_wait(const Ending& ending) {
  const Duration asked = std::max(ending.retry_after.value_or(Duration{}),
                                  ending.told.retry_after.value_or(Duration{}));
  return std::min(asked, kMostAsked);
}

}  // namespace postern::kube
