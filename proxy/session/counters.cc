#include "proxy/session/counters.h"

#include <string>

namespace postern::session {

namespace {

using dialogue::Failure;

std::string result_label(Failure result) {
  return result == Failure::None ? "ok" : std::string(dialogue::row_of(result).name);
}

// Two small numbers in one.
std::uint32_t key_of(auto first, auto second) {
  return static_cast<std::uint32_t>(first) << 8U | static_cast<std::uint32_t>(second);
}

Labels of_protocol(Protocol protocol) {
  return {{"protocol", std::string(postern::name_of(protocol))}};
}

Labels of_backend(const std::string& key) {
  const auto between = key.find('\n');
  if (between == key.npos) return {{"mailserver", key}, {"backend", key}};
  return {{"mailserver", key.substr(0, between)}, {"backend", key.substr(between + 1)}};
}

Labels with(Labels labels, std::string_view name, std::string value) {
  labels.emplace_back(name, std::move(value));
  return labels;
}

Labels of_handshake(std::string_view version, bool resumed, bool succeeded) {
  return {{"version", std::string(version)},
          {"resumed", resumed ? "yes" : "no"},
          {"result", succeeded ? "ok" : "failed"}};
}

template <class Made>
OwnCounter& by_reason(std::vector<std::pair<std::string_view, OwnCounter*>>& held,
                      std::string_view reason, const Made& made) {
  for (const auto& [known, counter] : held) {
    if (known == reason) return *counter;
  }
  return *held.emplace_back(reason, &made()).second;
}

}  // namespace

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::ProxyHeader: return "proxy_header";
    case Phase::Tls: return "tls";
    case Phase::Dialogue: return "dialogue";
    case Phase::Delayed: return "delayed";
    case Phase::Auth: return "auth";
    case Phase::Connect: return "connect";
    case Phase::BackendLogin: return "backend_login";
    case Phase::Relaying: return "relaying";
  }
  return "?";
}

Counters::Counters(Metrics& metrics, std::uint8_t worker, CountedNames* names)
    : metrics_(metrics),
      tallies_(metrics.tallies()),
      own_names_(names ? nullptr : std::make_unique<CountedNames>()),
      servers_(names ? names->servers : own_names_->servers),
      backends_(names ? names->backends : own_names_->backends),
      turn_seconds_(tallies_.histogram("postern_loop_turn_seconds",
                                       "From a worker's waking to its next wait.",
                                       {{"worker", std::to_string(worker)}})),
      lag_seconds_(tallies_.histogram("postern_loop_lag_seconds",
                                      "How late a worker was for a timer that was due.",
                                      {{"worker", std::to_string(worker)}})),
      run_queue_(tallies_.gauge("postern_run_queue_length",
                                "Sessions that had more to do when a worker's turn ended.",
                                {{"worker", std::to_string(worker)}})),
      inbox_(tallies_.gauge("postern_inbox_depth",
                            "What other threads had handed to a worker before its last turn.",
                            {{"worker", std::to_string(worker)}})),
      places_(tallies_.gauge("postern_places_used",
                             "Connections of clients that are open, those that linger too.")),
      penalty_waiting_(tallies_.gauge("postern_penalty_waiting",
                                      "Logins that wait now because others failed before them.")),
      sent_away(tallies_.counter("postern_sessions_sent_away_total",
                                 "Sessions sent away before login because too many configurations "
                                 "were alive.")),
      visits(tallies_.gauge("postern_visits",
                            "Heap blocks of sessions before their relay; 0 while all are idle.")) {}

void Counters::accepted(std::uint16_t port) {
  const std::size_t known = ports_known_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < known; ++i) {
    if (ports_[i].port == port) return ports_[i].accepted->add();
  }
  if (known == kMostPorts) return ports_.back().accepted->add();
  const bool is_last = known + 1 == kMostPorts;  // and stands for all that come after it
  OwnCounter& made = tallies_.counter("postern_connections_total", "Connections accepted, by port.",
                                      {{"listener", is_last ? "other" : std::to_string(port)}});
  made.add();
  ports_[known] = {is_last ? std::uint16_t{0} : port, &made};
  ports_known_.store(known + 1, std::memory_order_release);
}

std::uint64_t Counters::accepted_total(std::uint16_t port) const {
  const std::size_t known = ports_known_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < known; ++i) {
    if (ports_[i].port == port) return ports_[i].accepted->value();
  }
  return 0;
}

void Counters::refused_connection(std::string_view reason) {
  by_reason(refused_, reason, [&]() -> OwnCounter& {
    return tallies_.counter("postern_connections_refused_total",
                            "Connections refused before a greeting, or when their MailServer was "
                            "known.",
                            {{"reason", std::string(reason)}});
  }).add();
}

void Counters::refused_connection(quota::Scope full) {
  refused_connection(quota::name_of(full));
  limit_refused(full);
}

void Counters::limit_refused(quota::Scope full) {
  limits_
      .at(static_cast<std::uint32_t>(full),
          [&]() -> OwnCounter& {
            return tallies_.counter("postern_limits_refused_total",
                                    "Connections and logins that found a limit reached.",
                                    {{"scope", std::string(quota::name_of(full))}});
          })
      .add();
}

void Counters::login(std::string_view server, Protocol protocol, Failure result) {
  Server& counted = servers_.at(server);
  counted.logins
      .at(key_of(protocol, result),
          [&]() -> OwnCounter& {
            return tallies_.counter("postern_logins_total", "Logins tried, by result.",
                                    with(with(of_protocol(protocol), "mailserver", counted.name),
                                         "result", result_label(result)));
          })
      .add();
}

void Counters::mechanism(std::string_view name, Failure result) {
  const auto known = mechanism_named(name);
  const auto number = known ? static_cast<std::uint32_t>(*known) + 1 : 0;
  mechanisms_
      .at(key_of(number, result),
          [&]() -> OwnCounter& {
            return tallies_.counter("postern_login_mechanisms_total",
                                    "Logins tried, by mechanism and result.",
                                    {{"mechanism", known ? std::string(name) : "none"},
                                     {"result", result_label(result)}});
          })
      .add();
}

void Counters::backend_connected(Protocol protocol, std::chrono::nanoseconds took) {
  connect_seconds_
      .at(static_cast<std::uint32_t>(protocol),
          [&]() -> OwnHistogram& {
            return tallies_.histogram("postern_backend_connect_seconds",
                                      "From dialling a member to its connection.",
                                      of_protocol(protocol));
          })
      .observe(took);
}

void Counters::backend_logged_in(Protocol protocol, std::chrono::nanoseconds took) {
  login_seconds_
      .at(static_cast<std::uint32_t>(protocol),
          [&]() -> OwnHistogram& {
            return tallies_.histogram("postern_backend_login_seconds",
                                      "From a member's connection to its yes.",
                                      of_protocol(protocol));
          })
      .observe(took);
}

Counters::Backend& Counters::backend(std::string_view server, std::string_view name) {
  key_.assign(server).append(1, '\n').append(name);
  return backends_.at(key_);
}

void Counters::backend_failure(std::string_view server, std::string_view name, Failure reason) {
  Backend& counted = backend(server, name);
  counted.failures
      .at(static_cast<std::uint32_t>(reason),
          [&]() -> OwnCounter& {
            return tallies_.counter("postern_backend_failures_total",
                                    "Endpoints that failed a session, by reason.",
                                    with(of_backend(counted.key), "reason", result_label(reason)));
          })
      .add();
}

void Counters::member_full(std::string_view server, std::string_view name) {
  Backend& counted = backend(server, name);
  counted.full
      .at(0,
          [&]() -> OwnCounter& {
            return tallies_.counter("postern_members_full_total",
                                    "Logins that met members with all the sessions that they may "
                                    "have.",
                                    of_backend(counted.key));
          })
      .add();
}

void Counters::redirect(std::string_view server, std::string_view name, bool followed) {
  Backend& counted = backend(server, name);
  counted.redirects
      .at(followed ? 1 : 0,
          [&]() -> OwnCounter& {
            return tallies_.counter(
                "postern_redirects_total", "Logins that a backend sent elsewhere.",
                with(of_backend(counted.key), "result", followed ? "followed" : "refused"));
          })
      .add();
}

void Counters::login_penalty(std::string_view kind) {
  by_reason(penalties_, kind, [&]() -> OwnCounter& {
    return tallies_.counter("postern_login_penalties_total",
                            "Logins that waited or were refused because others had failed before.",
                            {{"kind", std::string(kind)}});
  }).add();
}

void Counters::handshake(std::string_view version, bool resumed, bool succeeded,
                         std::chrono::nanoseconds took) {
  const std::uint32_t known = version == "TLSv1.3" ? 2 : version == "TLSv1.2" ? 1 : 0;
  const std::uint32_t key = key_of(known, (resumed ? 2 : 0) + (succeeded ? 1 : 0));
  const auto labels = [&] {
    return of_handshake(known == 0 ? "none" : version, resumed, succeeded);
  };
  handshakes_
      .at(key,
          [&]() -> OwnCounter& {
            return tallies_.counter("postern_tls_handshakes_total", "TLS handshakes with clients.",
                                    labels());
          })
      .add();
  handshake_seconds_
      .at(key,
          [&]() -> OwnHistogram& {
            return tallies_.histogram("postern_tls_handshake_seconds",
                                      "From a client's first octets to the end of its handshake.",
                                      labels());
          })
      .observe(took);
}

void Counters::relayed(Protocol protocol, std::uint64_t in, std::uint64_t out) {
  const auto count = [&](bool inwards, std::uint64_t octets) {
    relayed_
        .at(key_of(protocol, inwards ? 1 : 0),
            [&]() -> OwnCounter& {
              return tallies_.counter(
                  "postern_relay_bytes_total", "Octets relayed.",
                  with(of_protocol(protocol), "direction", inwards ? "in" : "out"));
            })
        .add(octets);
  };
  count(true, in);
  count(false, out);
}

OwnGauge& Counters::active(Protocol protocol, Phase phase) {
  return active_.at(key_of(protocol, phase), [&]() -> OwnGauge& {
    return tallies_.gauge(
        "postern_sessions_active", "Sessions now, by protocol and phase.",
        with(of_protocol(protocol), "phase", std::string(session::name_of(phase))));
  });
}

void Counters::moved(Protocol protocol, std::optional<Phase> from, std::optional<Phase> to) {
  if (from) active(protocol, *from).add(-1);
  if (to) active(protocol, *to).add(1);
  if (from == Phase::Delayed) penalty_waiting_.add(-1);
  if (to == Phase::Delayed) penalty_waiting_.add(1);
}

void Counters::turn_ended(const TurnCounts& turn) {
  turn_seconds_.observe(turn.took);
  if (turn.late) lag_seconds_.observe(*turn.late);
  run_queue_.set(static_cast<std::int64_t>(turn.run_queue));
  inbox_.set(static_cast<std::int64_t>(turn.inbox));
  places_.set(static_cast<std::int64_t>(turn.sessions));
}

}  // namespace postern::session
