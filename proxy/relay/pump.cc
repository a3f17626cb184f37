// One direction of a relay in one turn: take, deliver, and stop where either side blocks.
#include <algorithm>
#include <limits>

#include "common/base/limits.h"
#include "proxy/relay/lane.h"
#include "proxy/relay/relay.h"

namespace postern::relay {

using net::Io;
using net::IoStatus;

namespace {

// Octets that are not copied take a quarter of the time: as many more are a turn's worth.
constexpr std::size_t kSplicedForOne = 4;

// What stopped a read or a write; readiness is cleared accordingly.
void note(IoStatus status, bool& in, bool& out) {
  if (status == IoStatus::WantRead) in = false;
  if (status == IoStatus::WantWrite) out = false;
}

}  // namespace

// Writes as much as the sink takes; answers how much that was.
std::size_t Relay::deliver(Direction& direction, Lane& sink, ByteView octets, Last last) {
  std::size_t written = 0;
  while (written < octets.size()) {
    const ByteView rest = octets.substr(written);
    const Io io = last == Last::Yes ? sink.stream.write_last(rest) : sink.stream.write(rest);
    if (io.status == IoStatus::Done) {
      written += io.octets;
      moved_ = true;
      continue;
    }
    note(io.status, sink.in, sink.out);
    if (io.status == IoStatus::Broken || io.status == IoStatus::Ended) sink_broke(direction, sink);
    break;
  }
  return written;
}

// True when nothing is left in the pipe.
bool Relay::drain(Direction& direction, Lane& sink) {
  while (direction.pipe->held() > 0) {
    const Io io = direction.pipe->drain(sink.stream);
    if (io.status == IoStatus::WantWrite) {
      sink.out = false;
      return false;
    }
    if (io.status != IoStatus::Done) {
      sink_broke(direction, sink);
      return false;
    }
    moved_ = true;
  }
  return true;
}

// True when nothing is left over from before.
bool Relay::flush(Direction& direction, Lane& sink) {
  if (direction.pipe && direction.pipe->held() > 0 && (!sink.out || !drain(direction, sink))) {
    return false;
  }
  if (!direction.blocked) return true;
  if (!sink.out) return false;
  const std::size_t written = deliver(direction, sink, direction.blocked->view(), Last::No);
  if (direction.finished) return false;
  direction.blocked->consume(written);
  if (!direction.blocked->empty()) return false;
  direction.blocked.reset();
  return true;
}

// How much may pass unseen, when that is worth a pipe; `plenty`: the last read was a whole scratch.
std::size_t Relay::spliceable(const Lane& source, const Lane& sink, bool plenty) const {
  if (source.stream.secured() || sink.stream.secured()) return 0;
  if (boundary_.opaque()) return plenty ? std::numeric_limits<std::size_t>::max() : 0;
  const std::uint64_t left = boundary_.literal_left(source.side);
  return left >= net::kScratchOctets ? left : 0;
}

Relay::Took Relay::splice(Direction& direction, Lane& source, std::size_t most) {
  const Io io = direction.pipe->fill(source.stream, most);
  note(io.status, source.in, source.out);
  boundary_.skip(source.side, io.octets);
  return {io.status, io.octets, {}};
}

Relay::Took Relay::copy(Lane& source, std::size_t most) {
  const auto& scratch = source.turn.scratch;
  most = std::min(most, net::kScratchOctets);
  const auto into = source.stream.secured() ? scratch.opened() : scratch.octets().first(most);
  net::Gulp gulp = source.stream.gulp(into, scratch.records().first(most));
  // All has come before an end that was seen: then that is next, and leaves with the last octets.
  if (gulp.drained && source.ended && gulp.octets > 0 && !source.stream.secured()) {
    char none = 0;
    if (source.stream.peek({&none, 1}).status == IoStatus::Ended) gulp.status = IoStatus::Ended;
  }
  // After an end nothing new will be told: then it is read up to there.
  if (gulp.drained && (!source.ended || gulp.status == IoStatus::WantRead)) source.in = false;
  if (gulp.status == IoStatus::WantWrite) source.out = false;
  const ByteView octets{into.data(), gulp.octets};
  boundary_.feed(source.side, octets);
  return {gulp.status, gulp.octets, octets};
}

// How much may be taken now, of what is left of the turn.
std::size_t Relay::allowed(Direction& direction, Turn& turn, std::size_t left) {
  if (left == 0) {
    turn.again = true;
    return 0;
  }
  const Pace& pace = turn.pace;
  if (pace.octets_per_second == 0) return left;
  const std::uint64_t most = direction.tokens.allowance(pace.now, pace.octets_per_second);
  direction.paused = most == 0;
  return std::min<std::uint64_t>(left, most);
}

void Relay::pass_on(Direction& direction, Lane& source, Lane& sink, const Took& took) {
  const Pace& pace = source.turn.pace;
  direction.octets += took.octets;
  if (pace.octets_per_second > 0) {
    direction.tokens.take(pace.now, pace.octets_per_second, took.octets);
  }
  const Last last = took.status == IoStatus::Ended ? Last::Yes : Last::No;
  const std::size_t written = deliver(direction, sink, took.copied, last);
  keep(direction, took.copied.substr(written));
  source_stopped(direction, source, took.status);
}

void Relay::pump(Direction& direction, Lane& source, Lane& sink) {
  // Half of the turn's octets each way, so that an upload does not starve its answers.
  std::size_t budget = limits::kRelayTurnOctets / 2;
  Took took;
  direction.paused = false;
  while (!direction.finished && flush(direction, sink) && took.status != IoStatus::WantWrite) {
    if (direction.source_over) {
      pass_on_end(direction, sink);
      break;
    }
    if (!source.in && !source.stream.pending()) break;
    const bool plenty = took.octets >= net::kScratchOctets;
    const std::size_t unseen = std::min(spliceable(source, sink, plenty), kSplicedForOne * budget);
    const std::size_t most = allowed(direction, source.turn, unseen > 0 ? unseen : budget);
    if (most == 0) break;
    if (unseen > 0 && !direction.pipe) direction.pipe = source.turn.pipes.borrow();
    const bool spliced = unseen > 0 && direction.pipe;
    took = spliced ? splice(direction, source, most) : copy(source, most);
    budget -= std::min(budget, spliced ? 1 + took.octets / kSplicedForOne : took.octets);
    pass_on(direction, source, sink, took);
  }
  if (direction.pipe && direction.pipe->held() == 0) direction.pipe.reset();
}

}  // namespace postern::relay
