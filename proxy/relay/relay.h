// Relay: octets both ways between two streams until one side ends; byte-exact, bounded, half-close
// kept. Copies through the worker's scratch and holds nothing while idle: a blocked direction keeps
// at most one heap buffer and stops reading its source. What the login left over (early octets) is
// given first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "common/base/bytes.h"
#include "proxy/net/scratch.h"
#include "proxy/net/stream.h"
#include "proxy/relay/boundary.h"
#include "proxy/relay/side.h"

namespace postern::relay {

enum class Cause : std::uint8_t { Ended, Broken };

struct Ending {
  Side by = Side::Client;
  Cause cause = Cause::Ended;
};

// Readiness as the loop told and as reads and writes found out; the session keeps it (one byte).
struct Readiness {
  bool client_in = true;
  bool client_out = true;
  bool backend_in = true;
  bool backend_out = true;
};

enum class Progress : std::uint8_t {
  Waiting,  // for the loop
  Again,    // its turn is used up, octets may be waiting: put it on the run queue
  // Both directions are done: see ending(). When a side broke, what it sent before is delivered
  // first.
  Over,
};

class Relay {
 public:
  // Octets that belong to `to` before anything else (a client's early commands go to the backend).
  void feed(Side to, ByteView early);
  [[nodiscard]] Progress turn(net::Stream& client, net::Stream& backend, net::Scratch& scratch,
                              Readiness& ready);
  [[nodiscard]] Ending ending() const { return ending_; }
  [[nodiscard]] std::uint64_t octets_from(Side side) const {
    return side == Side::Client ? up_.octets : down_.octets;
  }
  // No buffer of ours is held for this session now.
  [[nodiscard]] bool holds_nothing() const { return !up_.blocked && !down_.blocked; }
  // A word of ours may go to the client now: between two responses, with nothing of his waiting.
  [[nodiscard]] bool may_speak() const {
    return boundary_.safe() && !down_.blocked && !down_.finished && !down_.source_over;
  }
  // Where the conversation is cannot be known (any more): may_speak() never says yes.
  [[nodiscard]] bool opaque() const { return boundary_.opaque(); }
  // The last that the client hears, after what waits for him: then the end of our side, and Over.
  // Nothing more is taken from either side. The words come from a dialogue.
  void say_last(ByteView words);
  // Octets moved in the last turn: the session notes its last activity by it.
  [[nodiscard]] bool moved() const { return moved_; }

 private:
  struct Direction {
    std::unique_ptr<Buffer> blocked;  // what the sink would not take
    std::uint64_t octets = 0;
    std::optional<Cause> source_over;  // how the source ended
    bool finished = false;             // the end was passed on, or there is nobody to pass it on to
  };

  struct Lane;
  struct Turn;

  void pump(Direction& direction, Lane& source, Lane& sink);
  [[nodiscard]] net::IoStatus fill(Lane& source, std::span<char> room, std::size_t& filled);
  [[nodiscard]] bool flush(Direction& direction, Lane& sink);
  [[nodiscard]] std::size_t deliver(Direction& direction, Lane& sink, ByteView octets);
  static void keep(Direction& direction, ByteView rest);
  static void drop(Direction& direction);
  static void pass_on_end(Direction& direction, Lane& sink);
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
