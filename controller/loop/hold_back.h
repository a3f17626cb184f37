// HoldBack: a change that takes away more than half of all listeners waits some seconds for
// somebody to say "oh no": a directory that was emptied, a mount that went away, a list that came
// back short. What comes meanwhile is added to it; when enough is back, it passes at once.
// Pure: time comes in. Belongs to the control loop.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "controller/loop/round.h"

namespace postern::loop {

// What is to be given to proxies and to people, together.
struct Delivery {
  publish::Publication publication;
  Round round;
};
// `into` becomes what both say, the later one where they differ.
void merge(Delivery& into, Delivery later);

// Of two kinds that publications come of.
[[nodiscard]] std::string_view kind_of_both(std::string_view one, std::string_view other);

class HoldBack {
 public:
  explicit HoldBack(Duration hold) : hold_(hold) {}

  // `listeners` after it. Gives what may go out now, with all that waited.
  [[nodiscard]] std::optional<Delivery> pass(Delivery delivery, std::size_t listeners, Instant now);
  // What has waited long enough.
  [[nodiscard]] std::optional<Delivery> release(Instant now);
  [[nodiscard]] std::optional<Instant> due() const { return due_; }
  [[nodiscard]] std::size_t listeners() const { return delivered_; }

 private:
  [[nodiscard]] std::optional<Delivery> take();

  Duration hold_;
  std::optional<Delivery> held_;
  std::optional<Instant> due_;
  std::size_t delivered_ = 0;  // listeners that proxies were told of
  std::size_t wanted_ = 0;
};

}  // namespace postern::loop
