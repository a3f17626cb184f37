// The end of a session: its line, what goes back, and how a last answer is not lost.
#include <array>
#include <utility>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

SessionEnd end_of(const relay::Relay& relay, Failure why) {
  SessionEnd end;
  end.by = relay.ending().by == relay::Side::Client ? EndedBy::Client : EndedBy::Backend;
  if (why != Failure::None) end.by = EndedBy::Proxy;
  end.octets_in = relay.octets_from(relay::Side::Client);
  end.octets_out = relay.octets_from(relay::Side::Backend);
  return end;
}

}  // namespace

// Over, or nearly: what was said is written; the peer may still read it.
void Session::close(Worker& worker, const Outcome& ended) {
  const bool closing = std::holds_alternative<Closing>(stage_);
  bool has_left = false;  // nobody is there to read a last answer
  if (!closing) {
    member.release();
    SessionEnd end;
    Record record;
    if (auto* relaying = std::get_if<Relaying>(&stage_)) {
      end = end_of(relaying->relay, ended.failure);
      has_left = relaying->relay.both_ended();
      record = relaying->record.unpack();
      take_terms(record, *relaying->terms);
      worker.needs().counters.relaying.add(-1);
      relaying->count_blocked(false, worker);
    } else {
      leave_visit(worker);
      record = std::move(*record_);
      if (ended.failure == Failure::ClientWentAway) end.by = EndedBy::Client;
    }
    end.failure = ended.failure;
    end.at = worker.now();
    end.detail = ended.detail;
    log_session(worker.needs().log, worker.needs().proxy, record, end);
  }
  const bool lingers = !closing && !has_left && client.open() &&
                       ended.failure != Failure::ClientWentAway &&
                       ended.failure != Failure::ClientTls;
  if (lingers) {
    stage_ = Closing{worker.now() + limits::kLinger};
  } else {
    finish();
  }
}

Record Session::copy_record() const {
  const auto* relaying = std::get_if<Relaying>(&stage_);
  return relaying ? relaying->record.unpack() : *record_;
}

void Session::finish() {
  check(!over_, "a session ends once");
  stage_ = std::monostate{};
  places_ = {};
  member.release();
  record_.reset();
  over_ = true;
}

Outcome Closing::proceed(Session& session, Worker& worker) {
  if (!said_goodbye) {
    session.client.shutdown_write();
    session.backend.close();
    said_goodbye = true;
  }
  std::array<char, 2048> octets{};
  while (session.ready.client_in && dropped < limits::kLingerOctets && worker.now() < by) {
    const net::Io io = session.client.read(octets);
    dropped += io.octets;
    if (io.status == net::IoStatus::WantRead) session.ready.client_in = false;
    if (io.status == net::IoStatus::Ended || io.status == net::IoStatus::Broken ||
        io.status == net::IoStatus::WantWrite) {
      return Outcome::ended(Failure::ClientWentAway);
    }
  }
  const bool enough = dropped >= limits::kLingerOctets || worker.now() >= by;
  return enough ? Outcome::ended(Failure::None) : Outcome::waiting(by);
}

}  // namespace postern::session
