#include "proxy/relay/relay.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/limits.h"

namespace postern::relay {

using net::Io;
using net::IoStatus;

namespace {

// The most octets that one TLS record holds (RFC 8446 §5.1): with less room, a read would leave
// decrypted octets inside the TLS object.
constexpr std::size_t kRecordOctets = std::size_t{16} << 10;

// What stopped a read or a write; readiness is cleared accordingly.
void note(IoStatus status, bool& in, bool& out) {
  if (status == IoStatus::WantRead) in = false;
  if (status == IoStatus::WantWrite) out = false;
}

}  // namespace

struct Relay::Turn {
  std::span<char> scratch;
  bool again = false;
};

// One side of the relay in one turn: the stream and what is known of its readiness.
struct Relay::Lane {
  net::Stream& stream;
  bool& in;
  bool& out;
  Side side;
  Turn& turn;
};

void Relay::feed(Side to, ByteView early) {
  if (early.empty()) return;
  Direction& direction = to == Side::Backend ? up_ : down_;
  if (!direction.blocked) direction.blocked = std::make_unique<Buffer>(net::kScratchOctets);
  check(direction.blocked->append(early), "what a login left over fits one buffer");
  direction.octets += early.size();
  boundary_.feed(to == Side::Backend ? Side::Client : Side::Backend, early);
}

void Relay::say_last(ByteView words) {
  drop(up_);
  if (down_.finished || down_.source_over) return;
  keep(down_, words);
  down_.source_over = Cause::Ended;
}

void Relay::end(Side by, Cause cause) {
  if (!ended_) ending_ = {by, cause};
  ended_ = true;
}

void Relay::drop(Direction& direction) {
  direction.blocked.reset();
  direction.finished = true;
}

void Relay::keep(Direction& direction, ByteView rest) {
  if (rest.empty() || direction.finished) return;
  // Room for a last word behind a whole scratch.
  if (!direction.blocked) {
    direction.blocked = std::make_unique<Buffer>(net::kScratchOctets + limits::kReplyOctets);
  }
  check(direction.blocked->append(rest), "the rest of a scratch fits one buffer");
}

// Writes as much as the sink takes; answers how much that was.
std::size_t Relay::deliver(Direction& direction, Lane& sink, ByteView octets) {
  std::size_t written = 0;
  while (written < octets.size()) {
    const Io io = sink.stream.write(octets.substr(written));
    if (io.status == IoStatus::Done) {
      written += io.octets;
      moved_ = true;
      continue;
    }
    note(io.status, sink.in, sink.out);
    if (io.status == IoStatus::Broken || io.status == IoStatus::Ended) {
      end(sink.side, Cause::Broken);
      drop(direction);
      // What it said before it broke is still read, and then that it broke; no event may tell.
      sink.in = true;
      sink.turn.again = true;
    }
    break;
  }
  return written;
}

// True when nothing is left over from before.
bool Relay::flush(Direction& direction, Lane& sink) {
  if (!direction.blocked) return true;
  if (!sink.out) return false;
  const std::size_t written = deliver(direction, sink, direction.blocked->view());
  if (direction.finished) return false;
  direction.blocked->consume(written);
  if (!direction.blocked->empty()) return false;
  direction.blocked.reset();
  return true;
}

// Fills the scratch with what can be read at once. Answers what stopped it, or Done.
IoStatus Relay::fill(Lane& source, std::span<char> room, std::size_t& filled) {
  do {
    const Io io = source.stream.read(room.subspan(filled));
    if (io.status != IoStatus::Done) {
      note(io.status, source.in, source.out);
      return io.status;
    }
    filled += io.octets;
    // A plain socket gives all it has in one read: write that first, then look again.
  } while (source.stream.secured() && room.size() - filled >= kRecordOctets);
  return IoStatus::Done;
}

void Relay::source_stopped(Direction& direction, const Lane& source, IoStatus why) {
  if (why != IoStatus::Ended && why != IoStatus::Broken) return;
  direction.source_over = why == IoStatus::Ended ? Cause::Ended : Cause::Broken;
  end(source.side, *direction.source_over);
  // Nobody is there any more to take the other direction's octets.
  if (why == IoStatus::Broken) drop(&direction == &up_ ? down_ : up_);
}

void Relay::pass_on_end(Direction& direction, Lane& sink) {
  // What broke off is not made to look complete: the session closes the sink.
  if (*direction.source_over == Cause::Ended &&
      sink.stream.finish_write().status == IoStatus::WantWrite) {
    sink.out = false;
    return;
  }
  direction.finished = true;
}

void Relay::pump(Direction& direction, Lane& source, Lane& sink) {
  Turn& turn = source.turn;
  // Half of the turn's octets each way, so that an upload does not starve its answers.
  std::size_t budget = limits::kRelayTurnOctets / 2;
  while (!direction.finished && flush(direction, sink)) {
    if (direction.source_over) return pass_on_end(direction, sink);
    if (!source.in && !source.stream.pending()) return;
    if (budget == 0) {
      turn.again = true;
      return;
    }
    std::size_t filled = 0;
    const IoStatus stopped = fill(source, turn.scratch, filled);
    direction.octets += filled;
    boundary_.feed(source.side, {turn.scratch.data(), filled});
    budget -= std::min(budget, filled);
    const std::size_t written = deliver(direction, sink, {turn.scratch.data(), filled});
    keep(direction, {turn.scratch.data() + written, filled - written});
    source_stopped(direction, source, stopped);
    if (stopped == IoStatus::WantWrite) return;
  }
}

Progress Relay::turn(net::Stream& client, net::Stream& backend, net::Scratch& scratch,
                     Readiness& ready) {
  moved_ = false;
  const auto loan = scratch.lend();
  Turn turn{loan.octets()};
  Lane at_client{client, ready.client_in, ready.client_out, Side::Client, turn};
  Lane at_backend{backend, ready.backend_in, ready.backend_out, Side::Backend, turn};
  pump(up_, at_client, at_backend);
  pump(down_, at_backend, at_client);
  if (up_.finished && down_.finished) return Progress::Over;
  if (turn.again) return Progress::Again;
  client.release_buffers();
  backend.release_buffers();
  return Progress::Waiting;
}

}  // namespace postern::relay
