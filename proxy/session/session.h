// Session: one client's way from its acceptance to its end. Lives in a slot of its worker and is
// touched by that worker only, only inside advance(), never recursively. Everything it holds is a
// value or has one owner; what it took (places, descriptors, secrets) goes back when it ends.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "proxy/net/stream.h"
#include "proxy/net/timers.h"
#include "proxy/quota/place.h"
#include "proxy/relay/relay.h"
#include "proxy/session/counters.h"
#include "proxy/session/departure.h"
#include "proxy/session/packed_record.h"
#include "proxy/session/presenting.h"
#include "proxy/session/record.h"
#include "proxy/session/session_log.h"
#include "proxy/session/terms.h"
#include "proxy/session/visit.h"
#include "proxy/upstream/member_table.h"

namespace postern::session {

class Worker;

struct SessionId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // never 0
  friend bool operator==(const SessionId&, const SessionId&) = default;
};

// What a session is after its login: nothing here refers to a snapshot.
struct Relaying {
  relay::Relay relay;
  PackedRecord record;
  TermsRef terms;
  Instant last_activity{};
  Departure departure = {};
  bool blocked = false;  // counted as such
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);
  // Whether octets of it wait for a slow reader.
  void count_blocked(bool now, Worker& worker);
  // Has it to go, or may it stay after all?
  void review(Session& session, Worker& worker);

 private:
  [[nodiscard]] bool has_to_go(const Session& session, const Worker& worker) const;
  [[nodiscard]] Outcome depart(Session& session, Worker& worker);
  [[nodiscard]] Outcome leave() const;
};
static_assert(sizeof(Relaying) <= sizeof(relay::Relay) + sizeof(PackedRecord) + sizeof(TermsRef) +
                                      sizeof(Instant) + sizeof(Departure) + 8,
              "octets, terms and times: whatever is added must not hold a snapshot (I3.4)");

// The last answer is on its way: FIN, then read and drop what still comes, so that no RST destroys
// that answer.
struct Closing {
  Instant by{};
  std::size_t dropped = 0;
  bool said_goodbye = false;
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);
};

// Who came, as the gate knows him; `listener` is the newest snapshot's.
struct Arrival {
  net::Stream stream;
  ClientAddress client;
  ServerAddress local;
  const config::Listener* listener = nullptr;
  quota::Places places;
  Presentation presentation = Presentation::None;
};

class Session {
 public:
  void begin(SessionId id, Arrival arrival, Worker& worker);
  // A guest who was told to go: nothing is left but to let him hear it.
  void begin_closing(SessionId id, net::Stream guest, Worker& worker);
  void advance(Worker& worker);
  // Something has changed for sessions of this worker: it may have to go, now or in a while.
  void review(Worker& worker);
  // Its snapshot is too old: who has not logged in is sent away, in words where there is a channel.
  void send_away(Worker& worker);

  // Its turn has ended, or its life.
  void count_phase(Counters& counters);

  [[nodiscard]] SessionId id() const { return id_; }
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool relaying() const { return std::holds_alternative<Relaying>(stage_); }

  // For the steps.
  [[nodiscard]] Visit& visit() { return *std::get<std::unique_ptr<Visit>>(stage_); }
  [[nodiscard]] Record& record() { return *record_; }  // until it relays
  [[nodiscard]] const Record& record() const { return *record_; }
  // A copy, whatever it does now. Not of one that lingers.
  [[nodiscard]] Record copy_record() const;
  [[nodiscard]] quota::Places& places() { return places_; }
  [[nodiscard]] Line client_line();
  net::Stream client;
  net::Stream backend;
  upstream::MemberPlace member;  // of the backend, while this session counts there
  relay::Readiness ready;

  // Kept by the worker.
  bool queued = false;
  net::TimerHook deadline;
  Instant armed_for{};  // when the armed deadline is due

 private:
  [[nodiscard]] Outcome proceed(Worker& worker);
  void present(Presentation how, const config::Listener& listener, Worker& worker);
  void receive(Worker& worker);
  void enter(const config::Listener& listener, Worker& worker);
  void secure(Worker& worker);
  void converse(Worker& worker);
  void turn_back(Worker& worker, Outcome refused);
  void tell_refusal(Worker& worker);
  void hold_back(Worker& worker);
  void judge(Worker& worker);
  void locate(Worker& worker);
  void announce();
  void try_elsewhere();
  void leave_backend();
  void welcome(Worker& worker);
  void relay(Worker& worker);
  void close(Worker& worker, const Outcome& ended);
  void finish();
  void leave_visit(Worker& worker);
  void tell_to_go(dialogue::Failure why);
  void drain(Worker& worker);

  SessionId id_;
  bool over_ = true;
  std::optional<Phase> phase_;  // as it is counted
  Protocol protocol_ = Protocol::Imap;
  std::variant<std::monostate, std::unique_ptr<Presenting>, std::unique_ptr<Visit>, Relaying,
               Closing>
      stage_;
  quota::Places places_;
  std::unique_ptr<Record> record_;
};

}  // namespace postern::session
