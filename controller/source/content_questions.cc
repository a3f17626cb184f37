#include "controller/source/content_questions.h"

#include <utility>

#include "controller/source/watched_kinds.h"

namespace postern::source {

namespace {

using model::ObjectKey;

// The transport keeps as many connections; more questions at once would wait there.
constexpr std::size_t kMostAtOnce = 8;
constexpr Duration kAgain{1'000};
constexpr Duration kAgainWhenRefused{30'000};  // somebody has to mend a role

}  // namespace

ContentQuestions::ContentQuestions(const kube::Grounds& grounds, Answers answers)
    : grounds_(grounds), answers_(std::move(answers)) {}

ContentQuestions::~ContentQuestions() = default;

void ContentQuestions::ask(const ObjectKey& key) {
  later_.erase(key);
  if (!queued_.insert(key).second) return;
  queue_.push_back(key);
  go_on();
}

void ContentQuestions::go_on() {
  for (std::size_t left = queue_.size(); left > 0 && under_way_.size() < kMostAtOnce; --left) {
    const ObjectKey key = std::move(queue_.front());
    queue_.pop_front();
    if (under_way_.contains(key)) {
      queue_.push_back(key);  // after the answer that is under way
      continue;
    }
    queued_.erase(key);
    const WatchedKind* kind = find_watched(key.kind);
    if (kind == nullptr || !answers_.still_wanted(key)) continue;
    under_way_.insert(key);
    kube::Request request;
    request.target = object_target(*kind, key.object_namespace, key.name);
    grounds_.transport.ask(std::move(request), [this, key, here = std::weak_ptr(here_)](
                                                   const Result<kube::Reply, kube::Broken>& reply) {
      if (!here.expired()) settle(key, reply);
    });
  }
}

void ContentQuestions::settle(const ObjectKey& key,
                              const Result<kube::Reply, kube::Broken>& reply) {
  under_way_.erase(key);
  const int status = reply ? reply->head.status : 0;
  if (status == 200) {
    answers_.take(key, reply->body);
  } else if (status != 404) {
    const bool is_refused = status == 401 || status == 403;
    if (is_refused) answers_.refused(key, status);
    ask_later(key, is_refused ? kAgainWhenRefused : kAgain);
  }
  go_on();
}

void ContentQuestions::ask_later(const ObjectKey& key, Duration wait) {
  later_[key] = grounds_.agenda.after(wait, [this, key] {
    // The entry is what calls: it goes after it has called.
    std::unique_ptr<kube::Agenda::Entry> spent = std::move(later_[key]);
    later_.erase(key);
    ask(key);
  });
}

}  // namespace postern::source
