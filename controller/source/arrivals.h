// What came from an API server and was not read yet: put in on one thread, taken out on another.
// Of each object only the last state is kept. Nothing is given out before it is complete once.
// Decides nothing about objects.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "controller/source/object_source.h"
#include "controller/source/pacing.h"

namespace postern::source {

// What belongs together: it is seen whole or not at all.
struct Batch {
  // Null: it is gone. Of two of one object the later one counts.
  std::vector<std::pair<model::ObjectKey, model::SharedObject>> objects;
  std::optional<model::Problems> problems;  // all that stand now; nothing: as before
  Haste haste = Haste::Ordinary;
  [[nodiscard]] bool empty() const { return objects.empty() && !problems; }
};

class Arrivals {
 public:
  Arrivals(const Pace& pace, const Clock& clock) : clock_(clock), pacing_(pace) {}

  void put(Batch batch);
  // How far was read, and of what is told. `matters`: the reader is to know of it, though nothing
  // came.
  void set_views(View made_of, View read_to, bool matters);
  // Something that was put in names what is still asked for: the reader waits for it, but not long.
  void set_asking(bool asking);
  // Everything was read once.
  void complete();
  // What that is waited for.
  void set_waiting_for(std::string words);
  [[nodiscard]] std::string waiting_for() const;

  // Until it is complete, wake(), or `most`.
  void wait_until_complete(Duration most);
  [[nodiscard]] Result<Changes, std::string> take();
  // Until something is due, wake(), or `most`.
  void wait(Duration most);
  void wake();

 private:
  [[nodiscard]] std::optional<Instant> due() const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Pacing pacing_;
  std::map<model::ObjectKey, model::SharedObject> pending_;
  model::Problems problems_;
  bool problems_changed_ = false;
  View made_of_;
  View read_to_;
  bool views_matter_ = false;
  std::optional<Instant> caused_at_;
  std::string waiting_for_;
  bool asking_ = false;
  bool complete_ = false;
  bool woken_ = false;
};

}  // namespace postern::source
