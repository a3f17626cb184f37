#include "proxy/session/counters.h"

#include <string>

namespace postern::session {

namespace {

constexpr std::string_view kSessionsHelp = "Sessions now, by phase.";

std::string result_label(dialogue::Failure result) {
  return result == dialogue::Failure::None ? "ok" : std::string(dialogue::row_of(result).name);
}

}  // namespace

Counters::Counters(Metrics& metrics)
    : before_login(
          metrics.gauge("postern_sessions_active", kSessionsHelp, {{"phase", "before_login"}})),
      relaying(metrics.gauge("postern_sessions_active", kSessionsHelp, {{"phase", "relaying"}})),
      sent_away(metrics.counter("postern_sessions_sent_away_total",
                                "Sessions sent away before login because too many configurations "
                                "were alive.")),
      history_entries(metrics.gauge("postern_login_history_entries",
                                    "Sources and users that the history of logins remembers.")),
      visits(metrics.gauge("postern_visits",
                           "Heap blocks of sessions before their relay; 0 while all are idle.")),
      metrics_(metrics) {}

Counter& Counters::by_port(std::string_view name, std::uint16_t port) {
  return metrics_.counter(name, "Connections accepted, by port.",
                          {{"listener", std::to_string(port)}});
}

void Counters::refused_connection(std::string_view reason) {
  metrics_
      .counter("postern_connections_refused_total", "Connections refused before a greeting.",
               {{"reason", std::string(reason)}})
      .add();
}

void Counters::login(std::string_view server, Protocol protocol, dialogue::Failure result) {
  metrics_
      .counter("postern_logins_total", "Logins tried, by result.",
               {{"mailserver", std::string(server)},
                {"protocol", std::string(name_of(protocol))},
                {"result", result_label(result)}})
      .add();
}

void Counters::backend_failure(std::string_view server, std::string_view backend,
                               dialogue::Failure reason) {
  metrics_
      .counter("postern_backend_failures_total", "Endpoints that failed a session, by reason.",
               {{"mailserver", std::string(server)},
                {"backend", std::string(backend)},
                {"reason", result_label(reason)}})
      .add();
}

void Counters::member_full(std::string_view server, std::string_view backend) {
  metrics_
      .counter("postern_members_full_total",
               "Logins that met members with all the sessions that they may have.",
               {{"mailserver", std::string(server)}, {"backend", std::string(backend)}})
      .add();
}

void Counters::redirect(std::string_view server, std::string_view backend, bool followed) {
  metrics_
      .counter("postern_redirects_total", "Logins that a backend sent elsewhere.",
               {{"mailserver", std::string(server)},
                {"backend", std::string(backend)},
                {"result", followed ? "followed" : "refused"}})
      .add();
}

void Counters::login_penalty(std::string_view kind) {
  metrics_
      .counter("postern_login_penalties_total",
               "Logins that waited or were refused because others had failed before.",
               {{"kind", std::string(kind)}})
      .add();
}

void Counters::handshake(std::string_view version, bool resumed, bool succeeded) {
  metrics_
      .counter("postern_tls_handshakes_total", "TLS handshakes with clients.",
               {{"version", std::string(version)},
                {"resumed", resumed ? "yes" : "no"},
                {"result", succeeded ? "ok" : "failed"}})
      .add();
}

void Counters::relayed(Protocol protocol, std::uint64_t in, std::uint64_t out) {
  const std::string name(name_of(protocol));
  constexpr std::string_view kHelp = "Octets relayed, counted when a session ends.";
  metrics_.counter("postern_relay_bytes_total", kHelp, {{"protocol", name}, {"direction", "in"}})
      .add(in);
  metrics_.counter("postern_relay_bytes_total", kHelp, {{"protocol", name}, {"direction", "out"}})
      .add(out);
}

}  // namespace postern::session
