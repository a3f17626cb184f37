// Who writes a manifest does it in several steps: truncates and writes, moves away and makes anew.
// A file that was changed a moment ago is therefore left as it was known, until it has been quiet.
// Pure: times and looks are given. One round of questions is one read of the directory.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "controller/source/file_stamp.h"

namespace postern::source {

struct Moment {
  Instant now;
  WallTime wall;
};

class Settling {
 public:
  Settling(Duration quiet, Duration longest) : quiet_(quiet), longest_(longest) {}

  void begin(Moment moment);
  // Whether what `path` is now may be believed: it was changed `quiet` ago, or was the same at a
  // look `quiet` ago (clocks of file servers differ from ours), or never rests for `longest`.
  [[nodiscard]] bool settled(const std::string& path, const Look& look);
  // Forgets what was not asked for in this round. How long until something may have settled.
  [[nodiscard]] std::optional<Duration> end();

 private:
  struct Unsettled {
    std::optional<Stamp> stamp;
    Instant first;  // when it was first found changed
    Instant since;  // since when it is what it is
    Instant again;  // when to look again
    bool asked = false;
  };

  Duration quiet_;
  Duration longest_;
  Moment moment_{};
  std::map<std::string, Unsettled> unsettled_;
};

}  // namespace postern::source
