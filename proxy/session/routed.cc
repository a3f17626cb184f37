#include "proxy/session/routed.h"

#include <string>
#include <vector>

#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

namespace {

using dialogue::Failure;
using policy::NoRoute;

std::vector<const config::Table*> tables_of(const Visit& v) {
  std::vector<const config::Table*> out;
  for (const config::RoutingTable& one : v.server->routing.tables) {
    out.push_back(one.table.empty() ? nullptr : v.prepared->snapshot->table(one.table));
  }
  return out;
}

// Whom no table knows hears what everybody unknown hears; the others have mail, and come again.
Failure failure_for(NoRoute reason) {
  switch (reason) {
    case NoRoute::UnknownUser: return Failure::CredentialsRefused;
    case NoRoute::ProtocolNotOffered:
    case NoRoute::NoBackend:
    case NoRoute::TableAway:
    case NoRoute::UnknownBackend:
    case NoRoute::BackendLacksIt: return Failure::NoRoute;
  }
  return Failure::NoRoute;
}

void log_decision(Session& session, Worker& worker, LogLevel level,
                  const policy::RoutingView& view) {
  const Record& record = session.record();
  if (record.least > level) return;
  const std::string said = policy::explain(view, session.visit().facts);
  worker.needs().log.line(level, level == LogLevel::Debug ? "user routed" : "user has no backend",
                          {{field::kSession, record.id},
                           {field::kMailServer, record.server},
                           {field::kUser, record.user},
                           {field::kDetail, said}});
}

}  // namespace

Result<policy::Route, Outcome> route_of(Session& session, Worker& worker) {
  Visit& v = session.visit();
  const std::vector<const config::Table*> tables = tables_of(v);
  const policy::RoutingView view{*v.server, tables, v.prepared->user_patterns(v.facts.server)};
  auto route = policy::route(view, v.facts);
  if (route) {
    log_decision(session, worker, LogLevel::Debug, view);
    return *route;
  }
  v.unknown_user = route.error().reason == NoRoute::UnknownUser;
  log_decision(session, worker, v.unknown_user ? LogLevel::Info : LogLevel::Warning, view);
  return Fail<Outcome>(Outcome::refused(failure_for(route.error().reason)));
}

}  // namespace postern::session
