// The desk's insides. For desk.cc and desk_asking.cc only.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "proxy/auth/connection_table.h"
#include "proxy/auth/desk.h"
#include "proxy/auth/desk_metrics.h"
#include "proxy/auth/exchange.h"

namespace postern::auth {

struct Desk::State {
  explicit State(DeskNeeds given) : needs(given), metrics(given.metrics) {}
  ~State();

  // How a question came to its end, for the breaker.
  enum class Fate : std::uint8_t { Answered, Garbled, Outage, NotAsked };
  struct Told {
    policy::RequestId id;
    Done done;
    policy::Answer answer;
  };

  // Asking: desk_asking.cc.
  void start(Exchange& exchange);
  // The slot of the connection that it has now.
  [[nodiscard]] std::optional<std::uint32_t> lend_idle(Exchange& exchange, Buffer& request);
  void dial(Exchange& exchange, Buffer request);
  [[nodiscard]] bool dial_next(Exchange& exchange, Buffer& request, std::string& reason);
  void advance(std::uint32_t index);
  void take_answer(std::uint32_t index, Exchange& exchange);
  void unreached(Exchange& exchange, std::string reason);
  void closed(Exchange& exchange, std::string reason);
  void release(std::uint32_t index);
  void drop(Exchange& exchange);
  void serve_waiting(HttpPool& pool);

  // Ending: desk.cc.
  void finish(Exchange& exchange, policy::Answer answer, Fate fate);
  void give_up(Exchange& exchange, std::string detail, Fate fate);
  void note(const Exchange& exchange, Fate fate, const policy::Answer& answer);
  void abandon(const Exchange& exchange);
  void refuse_waiting(Service& service);
  void forget(Exchange& exchange);
  void tell_soon();
  void tell();

  // Time: desk.cc.
  void wake_by(Instant when);
  void end_overdue(Instant now);
  void close_old(Instant now);
  void close_spare(Instant now);
  void sweep(Instant now);
  void rearm(Instant now);

  // Null: it has none.
  [[nodiscard]] HttpConnection* connection_of(const Exchange& exchange);
  [[nodiscard]] bool is_connecting(const Exchange& exchange);
  [[nodiscard]] Exchange* find(policy::RequestId id);
  [[nodiscard]] Service& service_of(const policy::Question& question);
  [[nodiscard]] HttpPool& pool_of(const Exchange& exchange);

  DeskNeeds needs;
  DeskMetrics metrics;
  std::uint64_t last_id = 0;
  std::map<std::string, HttpPool> pools;  // by HttpPool::key
  ConnectionTable connections;
  std::map<std::string, Service, std::less<>> services;  // by PROVIDER
  std::unordered_map<policy::RequestId, Exchange> exchanges;
  std::deque<Told> told;  // to be told, in order
  bool posted = false;
  net::TimerHook timer{kTimerToken};
  Instant armed_for;
  // What is posted to the loop finds the desk by this, or finds it gone.
  std::shared_ptr<State*> self = std::make_shared<State*>(this);
};

}  // namespace postern::auth
