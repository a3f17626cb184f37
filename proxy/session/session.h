// Session: one client's way from its acceptance to its end. Lives in a slot of its worker and is
// touched by that worker only, only inside advance(), never recursively. Everything it holds is a
// value or has one owner; what it took (places, descriptors, secrets) goes back when it ends.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "proxy/net/stream.h"
#include "proxy/net/timers.h"
#include "proxy/quota/place.h"
#include "proxy/relay/relay.h"
#include "proxy/session/record.h"
#include "proxy/session/session_log.h"
#include "proxy/session/visit.h"

namespace postern::session {

class Worker;

struct SessionId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // never 0
  friend bool operator==(const SessionId&, const SessionId&) = default;
};

struct Relaying {
  relay::Relay relay;
  Duration idle{};
  Instant last_activity{};
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);
};

// The last answer is on its way: FIN, then read and drop what still comes, so that no RST destroys
// that answer.
struct Closing {
  Instant by{};
  std::size_t dropped = 0;
  bool said_goodbye = false;
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);
};

// Who came, as the gate knows him.
struct Arrival {
  net::Stream stream;
  ClientAddress client;
  ServerAddress local;
  std::shared_ptr<const net::Prepared> prepared;
  const config::Listener* listener = nullptr;
  quota::Places places;
};

class Session {
 public:
  void begin(SessionId id, Arrival arrival, Worker& worker);
  void advance(Worker& worker);
  // Drain: a client in dialogue is told goodbye; a relayed one is closed.
  void drain(Worker& worker);

  [[nodiscard]] SessionId id() const { return id_; }
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool relaying() const { return std::holds_alternative<Relaying>(stage_); }

  // For the steps.
  [[nodiscard]] Visit& visit() { return *std::get<std::unique_ptr<Visit>>(stage_); }
  [[nodiscard]] Record& record() { return *record_; }
  [[nodiscard]] const Record& record() const { return *record_; }
  [[nodiscard]] quota::Places& places() { return places_; }
  [[nodiscard]] Line client_line();
  net::Stream client;
  net::Stream backend;
  relay::Readiness ready;

  // Kept by the worker.
  bool queued = false;
  net::TimerHook deadline;
  Instant armed_for{};  // when the armed deadline is due

 private:
  [[nodiscard]] Outcome proceed(Worker& worker);
  void secure(Worker& worker);
  void converse(Worker& worker);
  void turn_back(Worker& worker, Outcome refused);
  void tell_refusal(Worker& worker);
  void locate(Worker& worker);
  void announce();
  void try_elsewhere();
  void welcome();
  void relay(Worker& worker);
  void close(Worker& worker, const Outcome& ended);
  void note_relay_end(const Relaying& relaying);
  void finish();
  void leave_visit(Worker& worker);

  SessionId id_;
  bool over_ = true;
  std::variant<std::monostate, std::unique_ptr<Visit>, Relaying, Closing> stage_;
  quota::Places places_;
  std::unique_ptr<Record> record_;
  SessionEnd end_;
};

}  // namespace postern::session
