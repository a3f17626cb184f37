// From a question to the end of its connection.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "proxy/auth/desk_state.h"
#include "proxy/auth/style.h"

namespace postern::auth {

namespace {

bool is_too_old(const HttpConnection& connection, Instant now) {
  return connection.questions() >= kQuestionsOnConnection ||
         now - connection.begun() >= kConnectionAge;
}

}  // namespace

void Desk::State::start(Exchange& exchange) {
  HttpPool& pool = *exchange.pool;
  const bool has_room = exchange.service->asked < kAsked;
  if (!has_room || (pool.idle.empty() && !pool.may_open())) {
    exchange.waits = true;
    ++exchange.service->waiting;
    pool.waiting.push_back(exchange.id);
    return;
  }
  auto request = request_of(exchange.question);
  if (!request) return give_up(exchange, std::move(request.error()), Fate::NotAsked);
  if (const auto lent = lend_idle(exchange, *request)) return advance(*lent);
  dial(exchange, std::move(*request));
}

// nginx's own form ends its connection, and is sent on a new one.
std::optional<std::uint32_t> Desk::State::lend_idle(Exchange& exchange, Buffer& request) {
  HttpPool& pool = *exchange.pool;
  const config::Strictness strictness = exchange.provider().strictness;
  while (!pool.idle.empty()) {
    const std::uint32_t index = pool.idle.back();
    ConnectionTable::Slot& slot = connections.at(index);
    const bool wanted = strictness == config::Strictness::Strict;
    if (!wanted && pool.may_open()) return std::nullopt;
    if (!wanted || is_too_old(*slot.connection, needs.clock.now()) || !slot.connection->quiet()) {
      connections.close(index);
      continue;
    }
    pool.idle.pop_back();
    pool.spare = std::min(pool.spare, pool.idle.size());
    slot.asked_for = exchange.id;
    exchange.slot = index;
    ++exchange.service->asked;
    slot.connection->ask(std::move(request), strictness);
    return index;
  }
  return std::nullopt;
}

void Desk::State::dial(Exchange& exchange, Buffer request) {
  exchange.addresses = exchange.pool->order(needs.clock.now());
  std::ranges::reverse(exchange.addresses);
  std::string reason = "it has no address";
  if (dial_next(exchange, request, reason)) return;
  give_up(exchange, std::move(reason), Fate::Outage);
}

// Each address has its share of the time that is left, so that one that swallows packets does not
// keep the others from being tried.
bool Desk::State::dial_next(Exchange& exchange, Buffer& request, std::string& reason) {
  HttpPool& pool = *exchange.pool;
  const Instant now = needs.clock.now();
  while (!exchange.addresses.empty() && now < exchange.deadline) {
    const auto left = static_cast<Instant::rep>(exchange.addresses.size());
    exchange.address = exchange.addresses.back();
    exchange.addresses.pop_back();
    auto stream = needs.dialer.dial(pool.address(exchange.address));
    if (!stream) {
      reason = std::move(stream.error().reason);
      if (!stream.error().is_ours) pool.unreached(exchange.address, now);
      continue;
    }
    const auto index = connections.open(
        HttpConnection(std::move(*stream), exchange.question.tls, now), pool, needs.loop);
    if (!index) {
      reason = "the system has no room for another connection";
      return false;
    }
    ConnectionTable::Slot& slot = connections.at(*index);
    slot.asked_for = exchange.id;
    slot.connection->ask(std::move(request), exchange.provider().strictness);
    exchange.slot = index;
    ++exchange.service->asked;
    exchange.connect_by = now + (exchange.deadline - now) / left;
    wake_by(exchange.connect_by);
    return true;
  }
  return false;
}

void Desk::State::advance(std::uint32_t index) {
  ConnectionTable::Slot& slot = connections.at(index);
  Exchange* const exchange = find(slot.asked_for);
  if (!exchange) {  // idle
    if (!slot.connection->quiet()) connections.close(index);
    return;
  }
  const bool connecting = slot.connection->connecting();
  const Step step = slot.connection->advance(needs.tls_sessions);
  if (connecting && !slot.connection->connecting()) exchange->pool->reached(exchange->address);
  std::string reason = printable(slot.connection->reason());
  // Nobody can need the secret again: a connection that is new is not asked twice, nor is one that
  // has begun to answer.
  const bool repeatable = slot.connection->reused() && !slot.connection->answer_begun();
  if (slot.connection->sent() && !repeatable) exchange->question.secret.clear();
  switch (step) {
    case Step::Waiting: return;
    case Step::Answered: return take_answer(index, *exchange);
    case Step::Unreached: return unreached(*exchange, std::move(reason));
    case Step::Closed: return closed(*exchange, std::move(reason));
    case Step::Garbled: break;
  }
  drop(*exchange);
  give_up(*exchange, fmt::format("garbled answer: {}", reason), Fate::Garbled);
}

void Desk::State::take_answer(std::uint32_t index, Exchange& exchange) {
  HttpConnection& connection = *connections.at(index).connection;
  policy::Answer answer = answer_of(connection.response(), exchange.question);
  const bool understood = !std::holds_alternative<policy::Unavailable>(answer);
  const bool may_stay = understood && connection.response().may_be_followed &&
                        exchange.provider().strictness == config::Strictness::Strict;
  if (may_stay) {
    connection.settle();
    release(index);
    --exchange.service->asked;
    exchange.slot.reset();
  } else {
    drop(exchange);
  }
  finish(exchange, std::move(answer), understood ? Fate::Answered : Fate::Garbled);
}

// The connection is idle: for the next one who waits, or kept.
void Desk::State::release(std::uint32_t index) {
  ConnectionTable::Slot& slot = connections.at(index);
  slot.asked_for = policy::RequestId::None;
  HttpPool& pool = *slot.pool;
  const Instant now = needs.clock.now();
  if (is_too_old(*slot.connection, now)) return connections.close(index);
  pool.idle.push_back(index);
  wake_by(slot.connection->begun() + kConnectionAge);
  if (pool.idle.size() > kIdleConnections) wake_by(now + kSpareFor);
}

void Desk::State::unreached(Exchange& exchange, std::string reason) {
  exchange.pool->unreached(exchange.address, needs.clock.now());
  drop(exchange);
  if (!exchange.addresses.empty()) {
    auto request = request_of(exchange.question);
    if (request && dial_next(exchange, *request, reason)) return;
  }
  give_up(exchange, std::move(reason), Fate::Outage);
}

void Desk::State::closed(Exchange& exchange, std::string reason) {
  const bool may_repeat = connection_of(exchange)->reused() && !exchange.repeated;
  drop(exchange);
  if (!may_repeat) return give_up(exchange, std::move(reason), Fate::Outage);
  exchange.repeated = true;
  auto request = request_of(exchange.question);
  if (!request) return give_up(exchange, std::move(request.error()), Fate::NotAsked);
  dial(exchange, std::move(*request));
}

// Its connection is never used again.
void Desk::State::drop(Exchange& exchange) {
  if (!exchange.slot) return;
  connections.close(*exchange.slot);
  exchange.slot.reset();
  --exchange.service->asked;
}

// First come, first served; who may not be asked more questions now keeps his place.
void Desk::State::serve_waiting(HttpPool& pool) {
  std::deque<policy::RequestId> kept;
  while (!pool.waiting.empty() && (!pool.idle.empty() || pool.may_open())) {
    const policy::RequestId id = pool.waiting.front();
    pool.waiting.pop_front();
    Exchange* const exchange = find(id);
    if (!exchange) continue;
    if (exchange->service->asked >= kAsked) {
      kept.push_back(id);
      continue;
    }
    exchange->waits = false;
    --exchange->service->waiting;
    start(*exchange);
  }
  pool.waiting.insert(pool.waiting.begin(), kept.begin(), kept.end());
}

}  // namespace postern::auth
