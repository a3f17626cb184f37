#include "proxy/auth/desk.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "common/base/check.h"
#include "proxy/auth/desk_state.h"
#include "proxy/auth/style.h"

namespace postern::auth {

using policy::RequestId;

namespace {

// Pools and services that nobody uses are looked for this often while there are any.
constexpr std::chrono::seconds kSweep{60};

// Why a question is not even tried; empty: it is.
std::string_view no_way_to(const policy::Question& question) {
  const auto& http = std::get<config::HttpProvider>(question.provider->kind);
  const bool as_nginx = http.strictness == config::Strictness::Nginx;
  if (http.style == config::AuthStyle::Json && as_nginx) return "style JSON is always strict";
  if (http.service.addresses.empty()) return "the service has no address now";
  // Never in clear what is to be secured.
  if (http.service.secure && !question.tls) return "there is no TLS for the service";
  if (!http.service.secure && question.tls) return "there is TLS for a service without";
  return {};
}

}  // namespace

Desk::Desk(DeskNeeds needs) : state_(std::make_unique<State>(needs)) {}
Desk::~Desk() = default;

Desk::State::~State() {
  for (const auto& [name, service] : services) {
    if (service.breaker.open()) metrics.breakers_open(-1);
  }
  metrics.in_flight(0);
}

RequestId Desk::ask(policy::Question question, std::shared_ptr<const void> keeps, Done done) {
  State& s = *state_;
  check(std::holds_alternative<config::HttpProvider>(question.provider->kind),
        "a desk asks HTTP services");
  const Instant now = s.needs.clock.now();
  const RequestId id{++s.last_id};
  Service& service = s.service_of(question);
  if (auto unasked = answer_unasked(question)) {
    s.told.push_back({id, std::move(done), std::move(*unasked)});
    s.tell_soon();
    return id;
  }
  std::string_view refusal = no_way_to(question);
  if (refusal.empty() && service.waiting >= kWaiting) refusal = "too many questions wait for it";
  if (refusal.empty() && !service.breaker.lets_through(now)) refusal = "it fails again and again";
  if (!refusal.empty()) {
    policy::Answer answer = policy::Unavailable{std::string(refusal)};
    s.metrics.answered(answer, {});
    s.told.push_back({id, std::move(done), std::move(answer)});
    s.tell_soon();
    return id;
  }
  if (service.breaker.open()) service.trial = id;
  const Instant deadline = now + question.provider->timeout;
  Exchange& exchange = s.exchanges[id];
  exchange = {id, std::move(question), std::move(keeps), std::move(done), now, deadline, &service};
  exchange.pool = &s.pool_of(exchange);
  s.metrics.in_flight(s.exchanges.size());
  s.wake_by(deadline);
  s.start(exchange);
  if (!s.told.empty()) s.tell_soon();
  return id;
}

void Desk::cancel(RequestId id) {
  State& s = *state_;
  std::erase_if(s.told, [&](const State::Told& one) { return one.id == id; });
  Exchange* const exchange = s.find(id);
  if (!exchange) return;
  HttpPool& pool = *exchange->pool;
  s.abandon(*exchange);
  s.drop(*exchange);
  s.forget(*exchange);
  s.serve_waiting(pool);
  if (!s.told.empty()) s.tell_soon();
}

void Desk::on_event(const net::Event& event) {
  State& s = *state_;
  ConnectionTable::Slot* const slot = s.connections.find(event.token);
  if (!slot) return;  // stale: of a connection that was closed
  HttpPool& pool = *slot->pool;
  slot->connection->note(event);
  s.advance(event.token.slot);
  s.serve_waiting(pool);
  s.tell();
}

void Desk::on_timer() {
  State& s = *state_;
  const Instant now = s.needs.clock.now();
  s.end_overdue(now);
  s.close_old(now);
  s.close_spare(now);
  for (auto& [key, pool] : s.pools) s.serve_waiting(pool);
  s.sweep(now);
  s.rearm(now);
  s.tell();
}

std::size_t Desk::questions() const { return state_->exchanges.size(); }

std::size_t Desk::connections() const {
  std::size_t count = 0;
  for (const auto& [key, pool] : state_->pools) count += pool.open;
  return count;
}

Exchange* Desk::State::find(RequestId id) {
  const auto found = exchanges.find(id);
  return found == exchanges.end() ? nullptr : &found->second;
}

HttpConnection* Desk::State::connection_of(const Exchange& exchange) {
  return exchange.slot ? connections.at(*exchange.slot).connection.get() : nullptr;
}

bool Desk::State::is_connecting(const Exchange& exchange) {
  const HttpConnection* const connection = connection_of(exchange);
  return connection && connection->connecting();
}

Service& Desk::State::service_of(const policy::Question& question) {
  const auto [at, made] = services.try_emplace(question.resource);
  if (made) {
    at->second.name = at->first;
    wake_by(needs.clock.now() + kSweep);
  }
  return at->second;
}

HttpPool& Desk::State::pool_of(const Exchange& exchange) {
  const config::HttpService& service = exchange.provider().service;
  const net::TlsClient* const tls = exchange.question.tls;
  HttpPool& pool = pools.try_emplace(HttpPool::key(service, tls), service.addresses).first->second;
  if (!tls) return pool;
  // Idle connections could be those of a factory that is gone, at the same place in memory: others
  // were trusted then. Those that are asked now have one that lives.
  if (pool.factory_kept_by.expired()) {
    for (const std::uint32_t index : std::vector(pool.idle)) connections.close(index);
  }
  pool.factory_kept_by = exchange.keeps;
  return pool;
}

void Desk::State::finish(Exchange& exchange, policy::Answer answer, Fate fate) {
  metrics.answered(answer, needs.clock.now() - exchange.began);
  note(exchange, fate, answer);
  told.push_back({exchange.id, std::move(exchange.done), std::move(answer)});
  forget(exchange);
}

void Desk::State::give_up(Exchange& exchange, std::string detail, Fate fate) {
  finish(exchange, policy::Unavailable{std::move(detail)}, fate);
}

// Those that were asked before the trial leave it under way.
void Desk::State::abandon(const Exchange& exchange) {
  Service& service = *exchange.service;
  if (service.trial == exchange.id) service.breaker.abandoned();
}

void Desk::State::note(const Exchange& exchange, Fate fate, const policy::Answer& answer) {
  Service& service = *exchange.service;
  Breaker::Change change = Breaker::Change::None;
  switch (fate) {
    case Fate::Answered: change = service.breaker.succeeded(); break;
    case Fate::Garbled: change = service.breaker.answered_badly(); break;
    case Fate::Outage:
      change = service.breaker.failed(needs.clock.now(), service.trial == exchange.id);
      break;
    case Fate::NotAsked: abandon(exchange); break;
  }
  switch (change) {
    case Breaker::Change::None: return;
    case Breaker::Change::Opened: {
      const auto* const outage = std::get_if<policy::Unavailable>(&answer);
      needs.log.line(LogLevel::Warning, "auth service fails, it is tried once a second",
                     {{field::kObject, service.name},
                      {field::kReason, outage ? std::string_view(outage->detail) : ""}});
      metrics.breakers_open(1);
      return refuse_waiting(service);
    }
    case Breaker::Change::Closed:
      needs.log.line(LogLevel::Info, "auth service answers again",
                     {{field::kObject, service.name}});
      return metrics.breakers_open(-1);
  }
}

void Desk::State::refuse_waiting(Service& service) {
  std::vector<RequestId> those;
  for (const auto& [id, exchange] : exchanges) {
    if (exchange.service == &service && exchange.waits) those.push_back(id);
  }
  std::ranges::sort(those);
  for (const RequestId id : those) {
    give_up(exchanges.at(id), "it fails again and again", Fate::NotAsked);
  }
}

void Desk::State::forget(Exchange& exchange) {
  if (exchange.waits) {
    --exchange.service->waiting;
    std::erase(exchange.pool->waiting, exchange.id);
  }
  exchanges.erase(exchange.id);
  metrics.in_flight(exchanges.size());
}

// After what runs now, and not inside it. A loop that takes nothing more has events: the next one,
// or the timer, tells.
void Desk::State::tell_soon() {
  if (posted) return;
  posted = needs.loop.post([weak = std::weak_ptr<State*>(self)] {
    const auto alive = weak.lock();
    if (!alive) return;
    (*alive)->posted = false;
    (*alive)->tell();
  });
  if (!posted) wake_by(needs.clock.now());
}

// Who is told may ask and cancel at once.
void Desk::State::tell() {
  for (std::size_t left = told.size(); left > 0 && !told.empty(); --left) {
    Told one = std::move(told.front());
    told.pop_front();
    one.done(std::move(one.answer));
  }
  if (!told.empty()) tell_soon();
}

void Desk::State::wake_by(Instant when) {
  if (timer.armed() && armed_for <= when) return;
  armed_for = when;
  needs.timers.arm(timer, when);
}

void Desk::State::end_overdue(Instant now) {
  std::vector<RequestId> due;
  for (const auto& [id, exchange] : exchanges) {
    const bool slow = is_connecting(exchange) && exchange.connect_by <= now;
    if (exchange.deadline <= now || slow) due.push_back(id);
  }
  std::ranges::sort(due);
  for (const RequestId id : due) {
    Exchange* const exchange = find(id);
    if (!exchange) continue;  // it waited, and was refused with the others
    const bool connects = is_connecting(*exchange);
    if (connects && now < exchange->deadline) {
      unreached(*exchange, "connecting took too long");
      continue;
    }
    const Fate fate = exchange->slot ? Fate::Outage : Fate::NotAsked;
    drop(*exchange);
    give_up(*exchange, connects ? "no connection in time" : "no answer in time", fate);
  }
}

void Desk::State::close_old(Instant now) {
  for (auto& [key, pool] : pools) {
    const std::vector<std::uint32_t> idle = pool.idle;
    for (const std::uint32_t index : idle) {
      if (now - connections.at(index).connection->begun() >= kConnectionAge) {
        connections.close(index);
      }
    }
  }
}

// Those that were used last are used next, so the first ones are spare.
void Desk::State::close_spare(Instant now) {
  for (auto& [key, pool] : pools) {
    if (now - pool.counted < kSpareFor) continue;
    const std::size_t most = pool.idle.size() - std::min(pool.idle.size(), kIdleConnections);
    for (std::size_t left = std::min(pool.spare, most); left > 0; --left) {
      connections.close(pool.idle.front());
    }
    pool.spare = pool.idle.size();
    pool.counted = now;
  }
}

void Desk::State::sweep(Instant now) {
  std::erase_if(pools, [](const auto& entry) { return entry.second.deserted(); });
  std::erase_if(services, [&](const auto& entry) {
    const Service& service = entry.second;
    const bool idle = service.asked == 0 && service.waiting == 0;
    if (!idle || !service.breaker.forgettable(now)) return false;
    if (service.breaker.open()) metrics.breakers_open(-1);
    return true;
  });
}

void Desk::State::rearm(Instant now) {
  if (!pools.empty() || !services.empty()) wake_by(now + kSweep);
  for (const auto& [id, exchange] : exchanges) {
    wake_by(exchange.deadline);
    if (is_connecting(exchange)) wake_by(exchange.connect_by);
  }
  for (const auto& [key, pool] : pools) {
    if (pool.idle.size() > kIdleConnections) wake_by(pool.counted + kSpareFor);
    for (const std::uint32_t index : pool.idle) {
      wake_by(connections.at(index).connection->begun() + kConnectionAge);
    }
  }
}

}  // namespace postern::auth
