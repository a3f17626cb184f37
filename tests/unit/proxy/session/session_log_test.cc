#include "proxy/session/session_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "common/base/ascii.h"
#include "tests/support/source_text.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session {
namespace {

using dialogue::Failure;
using test::LineLog;

Record full_record() {
  Record record;
  record.id = "ktl3xqyaaaaaaaaaaadq";
  record.protocol = Protocol::Imap;
  record.port = 993;
  record.client = ClientAddress{{*IpAddress::parse("203.0.113.7"), 51234}};
  record.via = SocketAddress{*IpAddress::parse("10.0.0.5"), 40112};
  record.sni = "mail.example.org";
  record.tls = "TLSv1.3/TLS_AES_256_GCM_SHA384/resumed";
  record.server = "mail/example";
  record.mechanism = "PLAIN";
  record.user = "alice@example.org";
  record.auth_user = "admin";
  record.auth = "directory";
  record.auth_took = Duration{12};
  record.auth_kept = true;
  record.backend = "mail/example/box";
  record.endpoint = "box-1";
  record.connect = Duration{1};
  record.login = Duration{19};
  record.logged_in = true;
  record.refusal = Failure::CredentialsRefused;
  return record;
}

SessionEnd full_end(const Record& record) {
  return {EndedBy::Client, Failure::None, "", 1412, 90233, record.began + std::chrono::minutes(61)};
}

std::string line_of(const Record& record, const SessionEnd& end) {
  LineLog log;
  log_session(log, "proxy-0", record, end);
  return log.lines.empty() ? "" : log.lines.back();
}

std::string without_time(const std::string& line) {
  const auto behind = line.find(",\"level\"");
  return behind == line.npos ? line : "{" + line.substr(behind + 1);
}

TEST(SessionLog, writes_the_line_that_stands_in_the_page_for_operators) {
  const Record record = full_record();
  const std::string line = without_time(line_of(record, full_end(record)));
  const std::string page = postern::test::text_of_source("docs/operations.md");
  const auto begins = page.find("{\"time\":");
  ASSERT_NE(begins, page.npos) << line;
  EXPECT_EQ(without_time(page.substr(begins, page.find('\n', begins) - begins)), line);
}

TEST(SessionLog, leaves_out_what_a_session_has_not_had) {
  Record record;
  record.id = "ktl3xqyaaaaaaaaaaadq";
  record.port = 143;
  record.client = ClientAddress{{*IpAddress::parse("192.0.2.9"), 40000}};
  record.server = "mail/example";
  record.user = "alice";
  record.mechanism = "LOGIN";
  SessionEnd end;
  end.failure = Failure::ClientWentAway;
  end.by = EndedBy::Client;
  record.refusal = Failure::CredentialsRefused;
  EXPECT_EQ(line_of(record, end),
            R"({"time":"T","level":"info","message":"session ended",)"
            R"("session":"ktl3xqyaaaaaaaaaaadq","proxy":"proxy-0","listener":143,)"
            R"("protocol":"IMAP","client_ip":"192.0.2.9","client_port":40000,)"
            R"("mailserver":"mail/example","mechanism":"LOGIN","user":"alice","bytes_in":0,)"
            R"("bytes_out":0,"seconds":0,"end":"client_went_away","by":"client",)"
            R"("failure":"credentials_refused"})");
}

TEST(SessionLog, is_written_as_the_mail_server_wants_it) {
  Record record = full_record();
  const SessionEnd well = full_end(record);
  SessionEnd badly = well;
  badly.failure = Failure::BackendTimeout;
  record.logging = config::SessionLogging::Failures;
  EXPECT_EQ(line_of(record, well), "");
  EXPECT_NE(line_of(record, badly), "");
  record.logging = config::SessionLogging::None;
  EXPECT_EQ(line_of(record, badly), "");
}

TEST(SessionLog, leaves_out_lines_below_the_level_of_the_mail_server) {
  Record record = full_record();
  record.least = LogLevel::Warning;
  EXPECT_EQ(line_of(record, full_end(record)), "");
  SessionEnd badly = full_end(record);
  badly.failure = Failure::InternalConfig;
  EXPECT_NE(line_of(record, badly), "");
}

TEST(SessionLog, says_nothing_of_who_came_and_went) {
  Record record;
  SessionEnd end;
  end.failure = Failure::ClientWentAway;
  EXPECT_EQ(line_of(record, end), "");
}

TEST(SessionLog, stays_short_whatever_a_client_says) {
  Record record = full_record();
  record.user = printable(std::string(100'000, '\xff'));
  record.sni = printable(std::string(100'000, '\n'));
  SessionEnd end = full_end(record);
  const std::string detail(100'000, 'x');
  end.detail = detail;
  const std::string line = line_of(record, end);
  EXPECT_LT(line.size(), 6000U);
  EXPECT_EQ(line.find_first_of("\r\n"), line.npos);
}

}  // namespace
}  // namespace postern::session
