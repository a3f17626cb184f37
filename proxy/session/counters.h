// The series that sessions count in, made once; counting is one relaxed addition.
// Labels come from configuration or enums, never from clients.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/metrics.h"
#include "proxy/dialogue/failure.h"

namespace postern::session {

class Counters {
 public:
  explicit Counters(Metrics& metrics);

  void accepted(std::uint16_t port) { by_port("postern_connections_total", port).add(); }
  [[nodiscard]] std::uint64_t accepted_total(std::uint16_t port) {
    return by_port("postern_connections_total", port).value();
  }
  void refused_connection(std::string_view reason);
  void login(std::string_view server, Protocol protocol, dialogue::Failure result);
  void backend_failure(std::string_view server, std::string_view backend, dialogue::Failure reason);
  // A login met a member, or nothing but members, with all the sessions that they may have.
  void member_full(std::string_view server, std::string_view backend);
  // A backend sent a login elsewhere, and it went there or not.
  void redirect(std::string_view server, std::string_view backend, bool followed);
  // Of a login that waits, or is refused, for those before: delay, block_source, block_user.
  void login_penalty(std::string_view kind);
  void handshake(std::string_view version, bool resumed, bool succeeded);
  void relayed(Protocol protocol, std::uint64_t in, std::uint64_t out);

  // For what counts by itself.
  [[nodiscard]] Metrics& metrics() { return metrics_; }

  Gauge& before_login;  // sessions that have not logged in
  Gauge& relaying;
  Counter& sent_away;
  Gauge& history_entries;  // of the history of failed logins
  Gauge& visits;           // heap blocks of sessions before their relay: all zero while idle

 private:
  Counter& by_port(std::string_view name, std::uint16_t port);

  Metrics& metrics_;
};

}  // namespace postern::session
