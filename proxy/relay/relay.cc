#include "proxy/relay/relay.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "proxy/relay/lane.h"

namespace postern::relay {

void Relay::feed(Side to, ByteView early) {
  if (early.empty()) return;
  Direction& direction = to == Side::Backend ? up_ : down_;
  keep(direction, early);
  direction.octets += early.size();
  boundary_.feed(to == Side::Backend ? Side::Client : Side::Backend, early);
}

void Relay::say_last(ByteView words) {
  drop(up_);
  if (down_.finished || down_.source_over) return;
  keep(down_, words);
  down_.source_over = Cause::Ended;
}

std::optional<Instant> Relay::resumes_at() const {
  std::optional<Instant> first;
  for (const Direction* direction : {&up_, &down_}) {
    if (!direction->paused || direction->finished) continue;
    const Instant next = direction->tokens.next();
    if (!first || next < *first) first = next;
  }
  return first;
}

void Relay::end(Side by, Cause cause) {
  if (!ended_) ending_ = {by, cause};
  ended_ = true;
}

void Relay::drop(Direction& direction) {
  direction.blocked.reset();
  direction.pipe.reset();
  direction.finished = true;
}

void Relay::keep(Direction& direction, ByteView rest) {
  if (rest.empty() || direction.finished) return;
  // Room for a last word behind all that one read gives.
  if (!direction.blocked) {
    direction.blocked = std::make_unique<Buffer>(net::kOpenedOctets + limits::kReplyOctets);
  }
  check(direction.blocked->append(rest), "the rest of one read fits one buffer");
}

void Relay::source_stopped(Direction& direction, const Lane& source, net::IoStatus why) {
  if (why != net::IoStatus::Ended && why != net::IoStatus::Broken) return;
  direction.source_over = why == net::IoStatus::Ended ? Cause::Ended : Cause::Broken;
  end(source.side, *direction.source_over);
  // Nobody is there any more to take the other direction's octets.
  if (why == net::IoStatus::Broken) drop(&direction == &up_ ? down_ : up_);
}

void Relay::sink_broke(Direction& direction, Lane& sink) {
  end(sink.side, Cause::Broken);
  drop(direction);
  // What it said before it broke is still read, and then that it broke; no event may tell.
  sink.in = sink.ended = true;
  sink.turn.again = true;
}

void Relay::pass_on_end(Direction& direction, Lane& sink) {
  // What broke off is not made to look complete: the session closes the sink. So it does, and at
  // once, when this was the last that was waited for: a plain sink need not be told before.
  const bool last = both_ended() && (&direction == &up_ ? down_ : up_).finished;
  const bool is_told = *direction.source_over == Cause::Ended && (!last || sink.stream.secured());
  if (is_told && sink.stream.finish_write().status == net::IoStatus::WantWrite) {
    sink.out = false;
    return;
  }
  direction.finished = true;
}

Progress Relay::turn(Ends ends, Loans loans, Pace pace) {
  moved_ = false;
  Readiness& ready = ends.ready;
  Turn turn{loans.scratch.lend(), loans.pipes, pace};
  Lane client{ends.client,        ready.client_in, ready.client_out,
              ready.client_ended, Side::Client,    turn};
  Lane backend{ends.backend,        ready.backend_in, ready.backend_out,
               ready.backend_ended, Side::Backend,    turn};
  pump(up_, client, backend);
  pump(down_, backend, client);
  if (up_.finished && down_.finished) return Progress::Over;
  if (turn.again) return Progress::Again;
  ends.client.release_buffers();
  ends.backend.release_buffers();
  return Progress::Waiting;
}

}  // namespace postern::relay
