// What a reflector does when an answer has ended: the table of its rules, as a pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "controller/frames/watch_event.h"
#include "controller/kube/reflector_sink.h"
#include "controller/kube/transport.h"

namespace postern::kube {

enum class Asked : std::uint8_t {
  Page,    // of a list
  Stream,  // a watch that tells first of all that exists, until that has ended
  Watch,
};

// What is known of an answer when it has ended, or when nobody reads it on.
struct Ending {
  Asked asked = Asked::Page;
  bool from_version = false;  // a list that must not be older than something
  bool continued = false;     // a page behind the first
  int code = 0;               // of the head; 0: none came
  bool in_stream = false;     // `told` is an event of the stream, else the body
  frames::Status told = {};
  std::optional<Duration> retry_after = {};
  std::optional<Broken> broken = {};
  std::string fault = {};  // why what came cannot be read
  Duration lived{0};       // since the head
  bool had_events = false;
  bool was_allowed = false;  // it has been read before, with the same rights
  int refusals = 0;          // 403s in a row, with this one
};

// As many are believed where nothing was ever allowed: some six seconds.
inline constexpr int kRefusals = 4;

enum class Then : std::uint8_t {
  Same,            // ask again as before
  Watch,           // from the last version
  List,            // not older than the last version
  ListConsistent,  // as it is now, whatever was before
  ListUnpaged,     // the same, in one piece
};

enum class Pause : std::uint8_t {
  None,
  BackOffUnlessFirst,
  BackOff,
  Slow,  // nothing helps until somebody acts: kSlowPause
};

inline constexpr Duration kSlowPause{30'000};
// A watch that ends sooner tells of a server that is not well.
inline constexpr Duration kShortWatch{1'000};

struct Verdict {
  Then then = Then::Same;
  Pause pause = Pause::BackOff;
  std::optional<Standing> standing = Standing::Unreachable;  // nothing: as before
  std::string words = {};
  std::string_view reason = {};  // of a list that follows a watch: label of a metric
  bool streams = true;           // false: the server does not take streamed lists
};

[[nodiscard]] Verdict judge(const Ending& ending);
// Nobody was there: not a word came, or none but that of one who stands before the server.
[[nodiscard]] bool was_away(const Ending& ending);
// How long the server asks to be left alone; never longer than kMostAsked.
[[nodiscard]] Duration asked_to_wait(const Ending& ending);
inline constexpr Duration kMostAsked{120'000};

}  // namespace postern::kube
