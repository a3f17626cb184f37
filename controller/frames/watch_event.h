// One line of a watch, as far as it must be understood to follow the collection: what happened, to
// which object, where the watch stands; and of the Status that is told instead, why it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/result.h"

namespace postern::frames {

struct WatchEvent {
  enum class Type : std::uint8_t { Added, Modified, Deleted, Bookmark, Error };

  Type type = Type::Error;
  ByteView object;  // within the line
  std::string kind;
  std::string resource_version;
  bool initial_events_end = false;  // of a Bookmark: all that existed was told
};

// Why the server did not do as it was asked.
struct Status {
  int code = 0;  // as of HTTP
  std::string reason = {};
  std::string message = {};
  bool too_large_version = false;  // it has not seen that resourceVersion yet
  std::optional<Duration> retry_after = {};
};

// The error is a sentence: it is no event.
[[nodiscard]] Result<WatchEvent, std::string> read_watch_event(ByteView line);

// Empty fields where it is no Status.
[[nodiscard]] Status read_status(ByteView json);

}  // namespace postern::frames
