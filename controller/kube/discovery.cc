#include "controller/kube/discovery.h"

#include <utility>

#include "controller/frames/json_walk.h"
#include "controller/kube/reflector_verdict.h"

namespace postern::kube {

Discovery::Discovery(OptionalKind kind, Told told, const Grounds& grounds)
    : kind_(std::move(kind)),
      told_(std::move(told)),
      grounds_(grounds),
      back_off_(grounds.random) {}

void Discovery::start() { ask(); }

void Discovery::ask() {
  comeback_.reset();
  if (at_ == kind_.versions.size()) {
    know(std::nullopt);
    return;
  }
  const std::string root = kind_.group.empty() ? "/api/" : "/apis/" + kind_.group + "/";
  grounds_.transport.ask({.target = root + kind_.versions[at_]},
                         [this, alive = std::weak_ptr(alive_)](const Result<Reply, Broken>& reply) {
                           if (!alive.expired()) take(reply);
                         });
}

void Discovery::take(const Result<Reply, Broken>& reply) {
  const int status = reply ? reply->head.status : 0;
  std::optional<bool> has;
  if (status == 200) has = has_resource(reply->body, kind_.resource);
  if (status == 404 || (status == 403 && believes_refusal())) has = false;
  if (!has) {
    ask_after(back_off_.next(grounds_.clock.now(),
                             reply ? reply->head.retry_after.value_or(Duration{}) : Duration{}));
    if (grounds_.reach == nullptr || reply) return;
    comeback_ = grounds_.reach->await([this] {
      back_off_.begin_anew();
      ask_after(Duration{0});
    });
  } else if (*has) {
    know(kind_.versions[at_]);
  } else {
    ++at_;
    ask();
  }
}

// An API server that has just started forbids everything until it has read its roles. What is known
// stays, and what is not is asked for some times more before it is taken for absent.
bool Discovery::believes_refusal() {
  const bool is_known = known_ && *known_;
  return !is_known && ++refusals_ >= kRefusals;
}

void Discovery::know(std::optional<std::string> version) {
  refusals_ = 0;
  ask_after(kAgain);
  if (known_.has_value() && *known_ == version) return;  // two optionals: one that says "absent"
  known_ = std::move(version);
  told_(*known_);
}

void Discovery::ask_after(Duration wait) {
  at_ = 0;
  next_ = grounds_.agenda.after(wait, [this] { ask(); });
}

std::optional<bool> has_resource(std::string_view json, std::string_view resource) {
  using frames::Token;
  frames::JsonWalk walk(3);
  bool in_resources = false;
  bool named = false;
  bool found = false;
  Token token = walk.next(json);
  for (; token != Token::More && token != Token::Bad; token = walk.next(json)) {
    if (std::exchange(named, false))
      found = found || (token == Token::Text && walk.text() == resource);
    if (token != Token::Key) continue;
    if (walk.depth() == 1) in_resources = walk.text() == "resources";
    named = in_resources && walk.depth() == 3 && walk.text() == "name";
    if (named) walk.keep_value();
  }
  if (token == Token::Bad || !walk.ended()) return std::nullopt;
  return found;
}

}  // namespace postern::kube
