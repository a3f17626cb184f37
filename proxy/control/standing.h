// Standing: errors of updates that were answered, which nobody has to act on and which will go by
// themselves: a port that somebody else has. A controller that comes later knows nothing of them
// and has no reason to send those resources again, so it is told with the first answer on its
// stream. Control thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "proxy/adopt/adopt.h"

namespace postern::control {

class Standing {
 public:
  // What the update with this number came to; later updates have higher ones. Of what `named` has,
  // only this counts from now on.
  void note(std::uint64_t update, const std::vector<config::ResourceKey>& named,
            const adopt::Outcome& outcome);
  // `outcome`, with what stands of updates before that one.
  [[nodiscard]] adopt::Outcome with_earlier(std::uint64_t update, adopt::Outcome outcome) const;

 private:
  struct Entry {
    std::uint64_t update;
    adopt::ResourceError error;
  };
  std::map<config::ResourceKey, Entry> entries_;
};

}  // namespace postern::control
