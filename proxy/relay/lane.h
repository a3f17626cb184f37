// One side of the relay in one turn, and what the turn borrowed. For relay.cc and pump.cc alone.
#pragma once

#include "proxy/relay/relay.h"

namespace postern::relay {

struct Relay::Turn {
  net::Scratch::Loan scratch;
  net::PipePool& pipes;
  Pace pace;
  bool again = false;
};

// The stream, and what is known of its readiness.
struct Relay::Lane {
  net::Stream& stream;
  bool& in;
  bool& out;
  bool& ended;
  Side side;
  Turn& turn;
};

// What was taken from a source in one step.
struct Relay::Took {
  net::IoStatus status = net::IoStatus::Done;
  std::size_t octets = 0;
  ByteView copied;  // empty: they are in the pipe
};

}  // namespace postern::relay
