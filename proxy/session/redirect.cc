#include "proxy/session/redirect.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/ascii.h"
#include "proxy/grammar/imap/referral.h"
#include "proxy/policy/referred.h"
#include "proxy/session/back_login.h"
#include "proxy/session/locate.h"
#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;
using grammar::imap::Referral;

namespace {

// Two hops tell a user who was moved from a circle; security BE12.
constexpr std::size_t kMostHops = 2;

// Why it is not followed. Of what was said only the host is logged: the rest could repeat a
// password.
using No = std::string_view;

std::string place_of(std::string_view backend, std::string_view member) {
  return std::string(backend) + '\0' + std::string(member);
}

bool is_his(const Referral& referral, const Identity& identity) {
  const auto is = [&](std::string_view name) {
    return !name.empty() && equal_ignoring_case(referral.user, name);
  };
  return referral.user.empty() || is(identity.name) || is(identity.mailbox) || is(identity.authzid);
}

// mechanisms.md 4: where a user has a home, his mail is there and nowhere else.
bool has_homes(const config::Backend& backend) {
  return !backend.declared_members.empty() &&
         backend.on_unavailable == config::OnUnavailable::TemporaryFailure;
}

bool is_home(Session& session, Worker& worker, const policy::Directed& to,
             const policy::BackendView& view) {
  const Visit& v = session.visit();
  policy::BalancingRequest request{*view.backend, *view.endpoints, v.facts.protocol,
                                   v.facts.mailbox};
  request.client = v.facts.client.ip;
  const auto order =
      policy::order_endpoints(request, worker.members_of(to.backend, view.backend->health));
  return order && order->front().id == to.destination.id;
}

// Empty: he may go there.
No objection_to(Session& session, Worker& worker, const policy::Directed& to,
                const policy::BackendView& view) {
  const Visit& v = session.visit();
  const config::BackendPort* const port =
      view.backend == nullptr ? nullptr : view.backend->port(v.facts.protocol);
  if (port == nullptr) return "that backend does not have the protocol";
  if (has_homes(*view.backend) && !is_home(session, worker, to, view)) {
    return "the user's home is another member";
  }
  // Another backend may want another login than the one that was asked for before.
  const auto no_login = objection_to_login(*v.identity, *port, *v.prepared->snapshot);
  return no_login ? meaning_of(*no_login) : No();
}

Result<policy::Directed, No> next_stop(Session& session, Worker& worker, const Approach& approach,
                                       const std::optional<Referral>& referral) {
  if (approach.backend->redirects == config::Redirects::Refuse)
    return Fail<No>("redirects: Refuse");
  if (has_homes(*approach.backend)) return Fail<No>("the member is the user's home");
  if (!referral) return Fail<No>("it is not written as RFC 2221 wants it");
  if (!is_his(*referral, *session.visit().identity)) return Fail<No>("it names another user");
  const auto views = backends_of(session.visit(), worker);
  auto to = policy::referred_to({referral->host, referral->ip, referral->port.value_or(0)},
                                session.visit().facts.protocol, views);
  if (!to) return Fail<No>("no backend of the MailServer has that member");
  const std::string place = place_of(to->backend, to->destination.id);
  const bool here = place == place_of(approach.backend_name, approach.destination.id);
  if (here || std::ranges::count(approach.been_at, place) > 0) {
    return Fail<No>("the login has been there");
  }
  if (approach.been_at.size() >= kMostHops) return Fail<No>("it was sent on too often");
  const auto view = std::ranges::find(views, to->backend, &policy::BackendView::name);
  const No no = objection_to(session, worker, *to, *view);
  if (!no.empty()) return Fail<No>(no);
  return std::move(*to);
}

Outcome not_followed(Session& session, Worker& worker, const Approach& approach,
                     const std::optional<Referral>& referral, No why) {
  const Record& record = session.record();
  worker.needs().counters.redirect(record.server, approach.backend_name, false);
  if (record.least <= LogLevel::Warning) {
    const std::string host = referral ? printable(referral->host) : std::string();
    worker.needs().log.line(LogLevel::Warning, "backend sent a login elsewhere: not followed",
                            {{field::kSession, record.id},
                             {field::kBackend, approach.backend_name},
                             {field::kEndpoint, approach.destination.id},
                             {field::kReason, why},
                             {field::kDetail, host}});
  }
  return Outcome::refused(Failure::BackendReferral);
}

}  // namespace

Outcome follow_referral(Session& session, Worker& worker, Approach& approach,
                        const std::string& text) {
  const auto referral = grammar::imap::parse_referral(text);
  auto to = next_stop(session, worker, approach, referral);
  if (!to) return not_followed(session, worker, approach, referral, to.error());
  worker.needs().counters.redirect(session.record().server, approach.backend_name, true);
  auto next = approach_to(session, worker, std::move(to->backend));
  if (!next) return std::move(next.error());
  // One member, once, by the first deadline: this is no retry.
  next->reach = upstream::Reach({std::move(to->destination)}, 0);
  next->began = approach.began;
  next->by = approach.by;
  next->been_at = std::move(approach.been_at);
  next->been_at.push_back(place_of(approach.backend_name, approach.destination.id));
  approach = std::move(*next);
  return Outcome::of(Outcome::Kind::Elsewhere);
}

}  // namespace postern::session
