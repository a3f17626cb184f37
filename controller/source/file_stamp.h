// What tells that a file is another than before, without reading it. Reads metadata, never content.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.h"

namespace postern::source {

struct Stamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

struct Look {
  std::optional<Stamp> stamp;  // nothing: it is not there
  // When it, the link that leads to it, or (when it is not there) the folder was last changed, by
  // the clock of the file system. Nobody can set that time, as tools do with the other.
  WallTime touched;
};

// Links are followed.
[[nodiscard]] Look look_at(const std::string& path);

// A file as it was when it was read.
struct Seen {
  std::optional<Stamp> stamp;
  // False when it was so young that a second change could have the same stamp: it is to be read
  // again.
  bool firm = false;
  [[nodiscard]] bool still(const Look& now) const { return firm && stamp == now.stamp; }
};
[[nodiscard]] Seen seen(const Look& look, WallTime now);

}  // namespace postern::source
