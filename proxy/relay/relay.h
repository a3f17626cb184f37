// Relay: octets both ways between two streams until one side ends; byte-exact, bounded, half-close
// kept. Copies through the worker's scratch and holds nothing while idle: a blocked direction keeps
// at most one heap buffer and stops reading its source. What the login left over (early octets) is
// given first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/base/bytes.h"
#include "proxy/net/scratch.h"
#include "proxy/net/stream.h"

namespace postern::relay {

enum class Side : std::uint8_t { Client, Backend };
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
  Over,     // both directions are done, or one broke: see ending()
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
  // Octets moved in the last turn: the session notes its last activity by it.
  [[nodiscard]] bool moved() const { return moved_; }

 private:
  struct Direction {
    std::unique_ptr<Buffer> blocked;  // what the sink would not take
    std::uint64_t octets = 0;
    bool source_ended = false;
    bool finished = false;  // the end was passed on
  };

  Direction up_;    // client → backend
  Direction down_;  // backend → client
  Ending ending_;
  bool moved_ = false;
};

}  // namespace postern::relay
