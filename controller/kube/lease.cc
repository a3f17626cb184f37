#include "controller/kube/lease.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "controller/kube/micro_time.h"

namespace postern::kube {
namespace {

constexpr double kSpread = 0.2;  // of the pause between two tries

std::string collection_of(const LeaseTerms& terms) {
  return fmt::format("/apis/coordination.k8s.io/v1/namespaces/{}/leases", terms.space);
}

std::string target_of(const LeaseTerms& terms) { return collection_of(terms) + "/" + terms.name; }

std::string why_not(const Result<Reply, Broken>& reply) {
  if (!reply) return reply.error().message;
  return fmt::format("the API server answers {}: {}", reply->head.status,
                     printable(reply->body, 256));
}

bool is_ok(const Result<Reply, Broken>& reply) {
  return reply && (reply->head.status == 200 || reply->head.status == 201);
}

}  // namespace

Lease::Lease(const LeaseNeeds& needs, LeaseTerms terms, std::function<void(bool)> changed)
    : needs_(needs),
      terms_(std::move(terms)),
      changed_(std::move(changed)),
      alive_(std::make_shared<int>(0)),
      status_(needs_.metrics.gauge("leader_election_master_status",
                                   "1 while this replica holds the Lease of that name.",
                                   {{"name", terms_.name}})) {}

void Lease::start() { turn(); }

// Also where the alarm is late: the machine may have slept.
bool Lease::held() const { return held_ && needs_.clock.now() - renewed_at_ < terms_.renew_within; }

// A renewal needs no look: what was written last is what is there, or the write fails.
void Lease::turn() {
  if (held_ && seen_) return write();
  ask();
}

void Lease::ask() {
  send({.target = target_of(terms_)},
       [this](const Result<Reply, Broken>& reply) { looked(reply); });
}

void Lease::looked(const Result<Reply, Broken>& reply) {
  if (reply && reply->head.status == 404) return create();
  auto lease = is_ok(reply) ? read_lease(reply->body) : std::nullopt;
  if (!lease) return failed(why_not(reply));
  look_at(std::move(*lease));
  if (may_take()) return write();
  lose("another one has taken it");
  complaint_.clear();
  turn_later();
}

void Lease::look_at(LeaseObject seen) {
  if (seen_ == seen) return;
  seen_ = std::move(seen);
  seen_at_ = needs_.clock.now();
}

bool Lease::may_take() const {
  if (seen_->holder.empty() || seen_->holder == terms_.identity) return true;
  return needs_.clock.now() - seen_at_ >= std::chrono::seconds(seen_->duration_s);
}

void Lease::create() {
  seen_.reset();
  const Instant began = needs_.clock.now();
  send({.method = "POST",
        .target = collection_of(terms_),
        .content_type = "application/json",
        .body = text_of(renewed())},
       [this, began](const Result<Reply, Broken>& reply) { wrote(reply, began); });
}

void Lease::write() {
  const Instant began = needs_.clock.now();
  send({.method = "PUT",
        .target = target_of(terms_),
        .content_type = "application/json",
        .body = text_of(renewed())},
       [this, began](const Result<Reply, Broken>& reply) { wrote(reply, began); });
}

LeaseObject Lease::renewed() const {
  const std::string now = micro_time(needs_.clock.wall());
  LeaseObject out = seen_.value_or(LeaseObject{});
  const bool ours = out.holder == terms_.identity;
  out.space = terms_.space;
  out.name = terms_.name;
  if (!ours || out.acquired.empty()) out.acquired = now;
  if (!ours && seen_) ++out.transitions;
  out.holder = terms_.identity;
  out.duration_s = std::chrono::duration_cast<std::chrono::seconds>(terms_.duration).count();
  out.renewed = now;
  return out;
}

void Lease::wrote(const Result<Reply, Broken>& reply, Instant began) {
  auto lease = is_ok(reply) ? read_lease(reply->body) : std::nullopt;
  if (!lease) {
    // Somebody else wrote it, or it is gone: look before the next write.
    const int status = reply ? reply->head.status : 0;
    if (held_ && (status == 409 || status == 404)) return ask();
    // Of two who campaign one comes too late: that is how it should be.
    return status == 409 ? turn_later() : failed(why_not(reply));
  }
  look_at(std::move(*lease));
  complaint_.clear();
  hold(began);
  turn_later();
}

void Lease::failed(const std::string& why) {
  if (complaint_ != why) {
    complaint_ = why;
    needs_.log.line(LogLevel::Warning, "the Lease cannot be read or written",
                    {{field::kObject, terms_.name}, {field::kReason, why}});
  }
  turn_later();
}

void Lease::hold(Instant since) {
  renewed_at_ = since;
  const auto left = std::chrono::ceil<Duration>(since + terms_.renew_within - needs_.clock.now());
  end_ = needs_.agenda.after(std::max(left, Duration{0}),
                             [this] { lose("it could not be renewed in time"); });
  if (held_) return;
  held_ = true;
  status_.set(1);
  needs_.log.line(LogLevel::Info, "this replica leads: it writes status",
                  {{field::kObject, terms_.name}});
  changed_(true);
}

void Lease::lose(const std::string& why) {
  if (!held_) return;
  held_ = false;
  status_.set(0);
  needs_.log.line(LogLevel::Warning, "this replica leads no more",
                  {{field::kObject, terms_.name}, {field::kReason, why}});
  changed_(false);
}

void Lease::turn_later() {
  const double spread = 1 + kSpread * needs_.random();
  const auto pause = std::chrono::duration_cast<Duration>(terms_.retry * spread);
  next_ = needs_.agenda.after(pause, [this] { turn(); });
}

void Lease::send(Request request, Transport::Done done) {
  request.patience = terms_.retry * 2;
  needs_.transport.ask(std::move(request),
                       [done = std::move(done), term = std::weak_ptr(alive_)](auto reply) {
                         if (!term.expired()) done(std::move(reply));
                       });
}

void Lease::release(std::function<void()> done) {
  const bool held = std::exchange(held_, false);
  alive_.reset();
  next_.reset();
  end_.reset();
  if (!held || !seen_) return done();
  status_.set(0);
  LeaseObject free = renewed();
  free.holder.clear();
  free.duration_s = 1;
  needs_.transport.ask({.method = "PUT",
                        .target = target_of(terms_),
                        .content_type = "application/json",
                        .body = text_of(free),
                        .patience = terms_.retry},
                       [done = std::move(done)](const auto&) { done(); });
}

}  // namespace postern::kube
