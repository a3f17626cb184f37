#include "common/base/log.h"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

constexpr std::string_view kTime = "2026-01-02T03:04:05.678Z";

TEST(RenderJson, writes_one_object_with_the_fields_in_order) {
  EXPECT_EQ(render_json(LogLevel::Info, kTime, "session ended",
                        {{field::kSession, "a1"}, {field::kBytesIn, 42}, {field::kBy, "client"}}),
            R"({"time":"2026-01-02T03:04:05.678Z","level":"info","message":"session ended",)"
            R"("session":"a1","bytes_in":42,"by":"client"})");
}

TEST(RenderJson, lets_no_value_end_its_string_or_line) {
  const std::string line = render_json(LogLevel::Warning, kTime, "m",
                                       {{field::kUser, "x\",\"level\":\"e\r\n\x1b[31m\\"}});
  EXPECT_NE(line.find(R"("user":"x\",\"level\":\"e\\x0d\\x0a\\x1b[31m\\")"), std::string::npos)
      << line;
  EXPECT_EQ(line.find_first_of("\r\n\x1b"), std::string::npos);
}

TEST(RenderJson, keeps_utf8_and_escapes_what_is_not) {
  const std::string line =
      render_json(LogLevel::Error, kTime, "m", {{field::kDetail, "é€ \xFF \xC2\x9B \xE2\x82"}});
  EXPECT_NE(line.find(R"("detail":"é€ \\xff \\xc2\\x9b \\xe2\\x82")"), std::string::npos) << line;
}

TEST(RenderJson, cuts_a_value_that_is_too_long) {
  const std::string line =
      render_json(LogLevel::Info, kTime, "m", {{field::kDetail, std::string(1 << 20, 'x')}});
  EXPECT_LT(line.size(), 4096U);
  EXPECT_NE(line.find("x…\"}"), std::string::npos);
}

TEST(RenderText, quotes_what_is_no_plain_word) {
  EXPECT_EQ(render_text(LogLevel::Info, kTime, "hello",
                        {{field::kUser, "alice"}, {field::kDetail, "two words"}, {"n", -7}}),
            "2026-01-02T03:04:05.678Z info    hello user=alice detail=\"two words\" n=-7");
  EXPECT_EQ(render_text(LogLevel::Error, kTime, "m", {{"a", "b=c"}}),
            "2026-01-02T03:04:05.678Z error   m a=\"b=c\"");
}

TEST(RenderText, lets_no_value_forge_a_line_or_a_field) {
  const std::string line = render_text(LogLevel::Info, kTime, "m",
                                       {{field::kUser, "x\r\nFORGED user=root\x1b[0m \"q\""}});
  EXPECT_EQ(line,
            "2026-01-02T03:04:05.678Z info    m "
            "user=\"x\\x0d\\x0aFORGED user=root\\x1b[0m \\\"q\\\"\"");
}

TEST(Render, leaves_out_a_field_that_has_no_text) {
  EXPECT_EQ(render_text(LogLevel::Error, kTime, "m", {{field::kUser, ""}, {"n", 0}}),
            "2026-01-02T03:04:05.678Z error   m n=0");
  EXPECT_EQ(render_json(LogLevel::Info, kTime, "m", {{field::kUser, ""}, {"n", 0}}),
            R"({"time":"2026-01-02T03:04:05.678Z","level":"info","message":"m","n":0})");
}

class KeepingLog final : public Log {
 public:
  int lines = 0;

 protected:
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override { ++lines; }
};

TEST(Log, writes_from_its_least_level_on) {
  KeepingLog log;
  log.line(LogLevel::Debug, "not taken", {});
  log.line(LogLevel::Info, "taken", {});
  log.set_least(LogLevel::Error);
  log.line(LogLevel::Warning, "not taken", {});
  log.line(LogLevel::Error, "taken", {});
  EXPECT_EQ(log.lines, 2);
}

TEST(Log, has_written_all_lines_to_stderr_when_it_ends) {
  testing::internal::CaptureStderr();
  {
    const auto log = make_log(LogFormat::Text, LogLevel::Info);
    for (int i = 0; i < 100; ++i) log->line(LogLevel::Info, "line", {{"number", i}});
    log->line(LogLevel::Debug, "hidden", {});
    EXPECT_EQ(log->dropped(), 0U);
  }
  const std::string written = testing::internal::GetCapturedStderr();
  EXPECT_NE(written.find(" info    line number=0\n"), std::string::npos);
  EXPECT_NE(written.find(" info    line number=99\n"), std::string::npos);
  EXPECT_EQ(written.find("hidden"), std::string::npos);
}

TEST(Log, drops_lines_without_a_sink) {
  const auto log = make_null_log();
  log->line(LogLevel::Error, "nobody reads this", {});
  EXPECT_TRUE(log->takes(LogLevel::Error));
}

}  // namespace
}  // namespace postern
