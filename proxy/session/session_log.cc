#include "proxy/session/session_log.h"

#include <string>

namespace postern::session {

namespace {

using dialogue::Failure;

std::string_view name_of(EndedBy by) {
  switch (by) {
    case EndedBy::Client: return "client";
    case EndedBy::Backend: return "backend";
    case EndedBy::Proxy: return "proxy";
  }
  return "?";
}

// A probe (it came, said nothing, went) is no line: it would bury the others.
bool is_worth_a_line(const Record& record, const SessionEnd& end, bool failed) {
  if (record.logging == config::SessionLogging::None) return false;
  if (!failed) return record.logging == config::SessionLogging::All && record.logged_in;
  return end.failure != Failure::ClientWentAway || !record.user.empty();
}

using Value = decltype(Field::value);

Value milliseconds(const std::optional<Duration>& duration) {
  if (!duration) return std::string_view();
  return std::int64_t{duration->count()};
}

// What the last refused login was told, if the session ended for another reason.
std::string_view refusal_before(const Record& record, Failure end) {
  if (record.refusal == Failure::None || record.refusal == end) return {};
  return dialogue::row_of(record.refusal).name;
}

}  // namespace

void take_terms(Record& record, const TenantTerms& terms) {
  record.logging = terms.logging;
  record.least = terms.least;
}

void log_session(Log& log, std::string_view proxy, const Record& record, const SessionEnd& end) {
  const Failure failure =
      end.failure == Failure::None && !record.logged_in ? record.refusal : end.failure;
  const bool failed = failure != Failure::None;
  if (!is_worth_a_line(record, end, failed)) return;
  const dialogue::FailureRow& row = dialogue::row_of(failure);
  const LogLevel level = failed ? row.level : LogLevel::Info;
  if (level < record.least || !log.takes(level)) return;
  const std::string client = record.client.ip.text();
  const std::string via = record.via ? record.via->text() : std::string();
  const bool judged = !record.auth.empty();
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(end.at - record.began).count();
  log.line(level, "session ended",
           {{field::kSession, record.id},
            {field::kProxy, proxy},
            {field::kListener, std::int64_t{record.port}},
            {field::kProtocol, postern::name_of(record.protocol)},
            {field::kClientIp, client},
            {field::kClientPort, std::int64_t{record.client.port}},
            {field::kVia, via},
            {field::kSni, record.sni},
            {field::kTls, record.tls},
            {field::kMailServer, record.server},
            {field::kMechanism, record.mechanism},
            {field::kUser, record.user},
            {field::kAuthUser, record.auth_user},
            {field::kAuth, record.auth},
            {field::kAuthMs, judged ? milliseconds(record.auth_took) : Value()},
            {field::kAuthCached, record.auth_kept ? "yes" : ""},
            {field::kBackend, record.backend},
            {field::kEndpoint, record.endpoint},
            {field::kConnectMs, milliseconds(record.connect)},
            {field::kLoginMs, milliseconds(record.login)},
            {field::kBytesIn, static_cast<std::int64_t>(end.octets_in)},
            {field::kBytesOut, static_cast<std::int64_t>(end.octets_out)},
            {field::kSeconds, static_cast<std::int64_t>(seconds)},
            {field::kEnd, row.name},
            {field::kBy, name_of(end.by)},
            {field::kFailure, refusal_before(record, failure)},
            {field::kDetail, end.detail}});
}

}  // namespace postern::session
