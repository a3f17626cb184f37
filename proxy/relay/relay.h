// Relay: octets both ways between two streams until one side ends; byte-exact, bounded, half-close
// kept. Plain octets of a literal go through a pipe without being copied; all others are copied
// through the worker's scratch. Nothing is held while idle: a blocked direction keeps at most one
// heap buffer or one pipe and stops reading its source. What the login left over (early octets) is
// given first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "proxy/net/pipe_pool.h"
#include "proxy/net/scratch.h"
#include "proxy/net/stream.h"
#include "proxy/relay/boundary.h"
#include "proxy/relay/side.h"
#include "proxy/relay/token_bucket.h"

namespace postern::relay {

enum class Cause : std::uint8_t { Ended, Broken };

struct Ending {
  Side by = Side::Client;
  Cause cause = Cause::Ended;
};

// Readiness as the loop told and as reads and writes found out; the session keeps it.
struct Readiness {
  bool client_in = true;
  bool client_out = true;
  bool backend_in = true;
  bool backend_out = true;
  // The loop told that it ended or broke: its last octets are read up to that end.
  bool client_ended = false;
  bool backend_ended = false;
};

// What a turn works on, what it borrows and how fast it may go.
struct Ends {
  net::Stream& client;
  net::Stream& backend;
  Readiness& ready;
};
struct Loans {
  net::Scratch& scratch;
  net::PipePool& pipes;
};
struct Pace {
  Instant now{};
  std::uint64_t octets_per_second = 0;  // each way; 0: as fast as it goes
};

enum class Progress : std::uint8_t {
  Waiting,  // for the loop, or until resumes_at()
  Again,    // its turn is used up, octets may be waiting: put it on the run queue
  // Both directions are done: see ending(). When a side broke, what it sent before is delivered
  // first.
  Over,
};

class Relay {
 public:
  // Octets that belong to `to` before anything else (a client's early commands go to the backend).
  void feed(Side to, ByteView early);
  [[nodiscard]] Progress turn(Ends ends, Loans loans, Pace pace = {});
  [[nodiscard]] Ending ending() const { return ending_; }
  // Each in order: nothing is left to be said or heard.
  [[nodiscard]] bool both_ended() const {
    return up_.source_over == Cause::Ended && down_.source_over == Cause::Ended;
  }
  [[nodiscard]] std::uint64_t octets_from(Side side) const {
    return side == Side::Client ? up_.octets : down_.octets;
  }
  // No buffer and no pipe is held for this session now.
  [[nodiscard]] bool holds_nothing() const { return up_.holds_nothing() && down_.holds_nothing(); }
  // When a direction that has used up its octets a second may go on; nothing: no direction waits.
  [[nodiscard]] std::optional<Instant> resumes_at() const;
  // A word of ours may go to the client now: between two responses, with nothing of his waiting.
  [[nodiscard]] bool may_speak() const {
    return boundary_.safe() && down_.holds_nothing() && !down_.finished && !down_.source_over;
  }
  // Where the conversation is cannot be known (any more): may_speak() never says yes.
  [[nodiscard]] bool opaque() const { return boundary_.opaque(); }
  // The last that the client hears, after what waits for him: then the end of our side, and Over.
  // Nothing more is taken from either side. The words come from a dialogue.
  void say_last(ByteView words);
  // Octets moved in the last turn: the session notes its last activity by it.
  [[nodiscard]] bool moved() const { return moved_; }

 private:
  // What the sink would not take is in `blocked`, or in `pipe` and then in `blocked`.
  struct Direction {
    std::unique_ptr<Buffer> blocked;
    net::PipeLoan pipe;
    std::uint64_t octets = 0;
    TokenBucket tokens;
    std::optional<Cause> source_over;  // how the source ended
    bool paused = false;               // its octets a second are used up
    bool finished = false;             // the end was passed on, or there is nobody to pass it on to

    [[nodiscard]] bool holds_nothing() const { return !blocked && !pipe; }
  };

  struct Lane;
  struct Turn;
  struct Took;

  void pump(Direction& direction, Lane& source, Lane& sink);
  [[nodiscard]] static std::size_t allowed(Direction& direction, Turn& turn, std::size_t left);
  [[nodiscard]] Took copy(Lane& source, std::size_t most);
  [[nodiscard]] std::size_t spliceable(const Lane& source, const Lane& sink, bool plenty) const;
  [[nodiscard]] Took splice(Direction& direction, Lane& source, std::size_t most);
  [[nodiscard]] bool flush(Direction& direction, Lane& sink);
  [[nodiscard]] bool drain(Direction& direction, Lane& sink);
  enum class Last : bool { No, Yes };  // the source has ended: nothing follows
  [[nodiscard]] std::size_t deliver(Direction& direction, Lane& sink, ByteView octets, Last last);
  void sink_broke(Direction& direction, Lane& sink);
  static void keep(Direction& direction, ByteView rest);
  static void drop(Direction& direction);
  void pass_on_end(Direction& direction, Lane& sink);
  void pass_on(Direction& direction, Lane& source, Lane& sink, const Took& took);
  void source_stopped(Direction& direction, const Lane& source, net::IoStatus why);
  void end(Side by, Cause cause);

  Direction up_;    // client → backend
  Direction down_;  // backend → client
  Boundary boundary_;
  Ending ending_;
  bool ended_ = false;  // ending_ is known
  bool moved_ = false;
};

}  // namespace postern::relay
