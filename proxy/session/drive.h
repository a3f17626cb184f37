// Drive: the one place that runs a dialogue's steps over a stream. Writes what the dialogue says
// before anything else happens, reads only when it asks, and keeps what it did not consume.
// A template over front and back: their inputs and steps differ, the rules do not.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "common/base/bytes.h"
#include "common/base/check.h"
#include "common/base/limits.h"
#include "proxy/dialogue/front.h"
#include "proxy/net/stream.h"
#include "proxy/session/outcome.h"

namespace postern::session {

// A connection as a dialogue needs it. The ready flags are the session's memory of edge triggers.
struct Line {
  net::Stream& stream;
  Buffer& in;
  dialogue::Reply& out;
  bool& can_read;
  bool& can_write;
  bool ended = false;  // the loop has seen the peer's end: it is behind what can be read
};

enum class Flushed : std::uint8_t { All, Blocked, Broken };
[[nodiscard]] Flushed flush(Line& line);

enum class Shaken : std::uint8_t { Done, Blocked, Broken };
[[nodiscard]] Shaken shake_hands(net::Stream& stream, bool& can_read, bool& can_write);

enum class Idle : std::uint8_t { Blocked, Budget, Broken };

template <class Dialogue, class Input, class Step>
class Drive {
 public:
  // An input that is not octets; its step is done by the next run().
  void tell(Dialogue& dialogue, Input input, dialogue::Reply& out) {
    take(dialogue.on(std::move(input), out), 0);
  }
  void greet(Dialogue& dialogue, dialogue::Reply& out) { take(dialogue.greet(out), 0); }

  // Whether one of these steps waits for its words to be written. After the last step of a dialogue
  // nothing may be told any more.
  template <class... Last>
  [[nodiscard]] bool decided_on() const {
    return decided_ && (std::holds_alternative<Last>(*decided_) || ...);
  }

  // The next step that is not Read, once all that was said before it is written; or why not yet.
  [[nodiscard]] std::variant<Step, Idle> run(Dialogue& dialogue, Line line) {
    for (int steps = 0;;) {
      if (const Flushed flushed = flush(line); flushed != Flushed::All) {
        return flushed == Flushed::Blocked ? Idle::Blocked : Idle::Broken;
      }
      if (decided_) {
        Step step = std::move(*decided_);
        decided_.reset();
        return step;
      }
      if (fresh_ && !line.in.empty()) {
        if (++steps > limits::kDialogueStepsPerTurn) return Idle::Budget;
        auto turn = dialogue.on(dialogue::Octets{line.in.view()}, line.out);
        const std::size_t consumed = turn.consumed;
        take(std::move(turn), consumed);
        line.in.consume(consumed);
        fresh_ = decided_.has_value() || consumed > 0;
      } else if (!read(dialogue, line)) {
        return Idle::Blocked;
      }
    }
  }

 private:
  void take(dialogue::Turn<Step> turn, std::size_t consumed) {
    check(consumed == turn.consumed, "only octets are consumed");
    if (!std::holds_alternative<dialogue::Read>(turn.step)) decided_.emplace(std::move(turn.step));
    fresh_ = true;
  }

  // False when nothing can be read now. What comes is small: it is read into the stack, and the
  // buffer of a session that waits has no room for more than it holds.
  bool read(Dialogue& dialogue, Line& line) {
    if (!line.can_read) return false;
    std::array<char, 2048> octets;
    const std::span<char> into = std::span(octets).first(std::min(octets.size(), line.in.room()));
    check(!into.empty(), "a dialogue decides before its buffer is full");
    const net::Io io = line.stream.read(into);
    switch (io.status) {
      case net::IoStatus::Done:
        check(line.in.append({octets.data(), io.octets}), "no more was read than there is room");
        wipe(octets.data(), io.octets);
        // There was no more, and the loop tells when there is.
        if (io.drained) line.can_read = line.ended;
        fresh_ = true;
        return true;
      case net::IoStatus::WantRead: line.can_read = false; return false;
      case net::IoStatus::WantWrite: line.can_write = false; return false;
      case net::IoStatus::Ended:
      case net::IoStatus::Broken: tell(dialogue, dialogue::PeerEnded{}, line.out); return true;
    }
    return false;
  }

  std::optional<Step> decided_;  // waits until what was said before it is written
  bool fresh_ = false;           // `in` may hold a complete unit that was not looked at
};

using FrontDrive = Drive<dialogue::Front, dialogue::FrontInput, dialogue::FrontStep>;
using BackDrive = Drive<dialogue::Back, dialogue::BackInput, dialogue::BackStep>;

}  // namespace postern::session
