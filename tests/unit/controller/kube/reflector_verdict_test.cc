// The table of a reflector's rules, row by row; reflector_trouble_test.cc lives through them.
#include "controller/kube/reflector_verdict.h"

#include <gtest/gtest.h>

#include <ostream>

namespace postern::kube {
namespace {

struct Row {
  const char* name;
  Ending ending;
  Then then;
  Pause pause;
  std::optional<Standing> standing;
  bool streams = true;
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

const frames::Status kExpired{.code = 410, .reason = "Expired"};
const frames::Status kAhead{.code = 504, .reason = "Timeout", .too_large_version = true};
const Broken kSilent{Broken::Why::Silent, "silent"};
const Broken kCut{Broken::Why::Cut, "cut"};
constexpr auto kAway = Standing::Unreachable;
constexpr auto kBefore = std::nullopt;
constexpr Duration kLong{5000};

class Verdicts : public ::testing::TestWithParam<Row> {};

TEST_P(Verdicts, are_as_the_table_says) {
  const Row& row = GetParam();
  const Verdict verdict = judge(row.ending);
  EXPECT_EQ(verdict.then, row.then);
  EXPECT_EQ(verdict.pause, row.pause);
  EXPECT_EQ(verdict.standing, row.standing);
  EXPECT_EQ(verdict.streams, row.streams);
  EXPECT_TRUE(!verdict.standing || !verdict.words.empty());
}

constexpr Asked kPage = Asked::Page;
constexpr Asked kStream = Asked::Stream;
constexpr Asked kWatch = Asked::Watch;

const Row kRows[] = {
    // The watch.
    {"watch_ended",
     {.asked = kWatch, .code = 200, .lived = kLong, .had_events = true},
     Then::Watch,
     Pause::None,
     kBefore},
    {"watch_cut",
     {.asked = kWatch, .code = 200, .broken = kCut, .lived = kLong, .had_events = true},
     Then::Watch,
     Pause::None,
     kBefore},
    {"watch_silent",
     {.asked = kWatch, .code = 200, .broken = kSilent, .lived = kLong, .had_events = true},
     Then::Watch,
     Pause::None,
     kBefore},
    {"watch_ended_idle",
     {.asked = kWatch, .code = 200, .lived = kLong},
     Then::Watch,
     Pause::BackOff,
     kBefore},
    {"watch_ended_at_once", {.asked = kWatch, .code = 200}, Then::Watch, Pause::BackOff, kAway},
    {"watch_ended_after_one_event",
     {.asked = kWatch, .code = 200, .lived = Duration{900}, .had_events = true},
     Then::Watch,
     Pause::BackOff,
     kAway},
    {"watch_refused", {.asked = kWatch, .broken = kCut}, Then::Same, Pause::BackOff, kAway},
    {"watch_expired_in_stream",
     {.asked = kWatch, .code = 200, .in_stream = true, .told = kExpired},
     Then::List,
     Pause::BackOffUnlessFirst,
     kBefore},
    {"watch_expired",
     {.asked = kWatch, .code = 410},
     Then::List,
     Pause::BackOffUnlessFirst,
     kBefore},
    {"watch_ahead",
     {.asked = kWatch, .code = 504, .told = kAhead},
     Then::ListConsistent,
     Pause::BackOffUnlessFirst,
     kBefore},
    {"watch_throttled", {.asked = kWatch, .code = 429}, Then::Same, Pause::BackOff, kAway},
    {"watch_throttled_in_stream",
     {.asked = kWatch, .code = 200, .in_stream = true, .told = {.code = 429}},
     Then::Same,
     Pause::BackOff,
     kAway},
    {"watch_unauthorized",
     {.asked = kWatch, .code = 401, .was_allowed = true},
     Then::Same,
     Pause::BackOff,
     Standing::Forbidden},
    {"watch_forbidden",
     {.asked = kWatch, .code = 403, .was_allowed = true, .refusals = 100},
     Then::Same,
     Pause::BackOff,
     Standing::Forbidden},
    {"watch_missing",
     {.asked = kWatch, .code = 404},
     Then::ListConsistent,
     Pause::Slow,
     Standing::Missing},
    {"watch_error_in_stream",
     {.asked = kWatch, .code = 200, .in_stream = true, .told = {.code = 500}},
     Then::List,
     Pause::BackOff,
     kAway},
    {"watch_error_without_words",
     {.asked = kWatch, .code = 200, .in_stream = true},
     Then::List,
     Pause::BackOff,
     kAway},
    {"watch_failed", {.asked = kWatch, .code = 500}, Then::Same, Pause::BackOff, kAway},
    {"watch_wrong", {.asked = kWatch, .code = 400}, Then::ListConsistent, Pause::BackOff, kAway},
    {"watch_garbled",
     {.asked = kWatch, .code = 200, .fault = "no"},
     Then::List,
     Pause::BackOff,
     kAway},
    // A page of a list.
    {"page_cut", {.code = 200, .broken = kCut}, Then::Same, Pause::BackOff, kAway},
    {"page_refused", {.broken = kCut}, Then::Same, Pause::BackOff, kAway},
    {"page_expired",
     {.from_version = true, .code = 410, .told = kExpired},
     Then::ListConsistent,
     Pause::BackOffUnlessFirst,
     kBefore},
    {"page_ahead",
     {.from_version = true, .code = 504, .told = kAhead},
     Then::ListConsistent,
     Pause::BackOffUnlessFirst,
     kBefore},
    {"page_expired_from_nothing",
     {.code = 410, .told = kExpired},
     Then::Same,
     Pause::BackOff,
     kAway},
    {"next_page_expired",
     {.from_version = true, .continued = true, .code = 410, .told = kExpired},
     Then::ListUnpaged,
     Pause::BackOffUnlessFirst,
     kBefore},
    {"next_page_wrong", {.continued = true, .code = 400}, Then::ListUnpaged, Pause::BackOff, kAway},
    {"page_wrong",
     {.from_version = true, .code = 400},
     Then::ListConsistent,
     Pause::BackOff,
     kAway},
    {"page_wrong_from_nothing", {.code = 400}, Then::Same, Pause::BackOff, kAway},
    {"page_throttled", {.code = 429}, Then::Same, Pause::BackOff, kAway},
    {"page_unauthorized",
     {.code = 401, .refusals = 100},
     Then::Same,
     Pause::BackOff,
     Standing::Refused},
    {"page_forbidden_by_a_server_that_has_just_begun",
     {.code = 403, .refusals = kRefusals - 1},
     Then::Same,
     Pause::BackOff,
     Standing::Refused},
    {"page_forbidden",
     {.code = 403, .refusals = kRefusals},
     Then::Same,
     Pause::Slow,
     Standing::Forbidden},
    {"page_missing", {.code = 404}, Then::ListConsistent, Pause::Slow, Standing::Missing},
    {"page_failed", {.code = 503}, Then::Same, Pause::BackOff, kAway},
    {"page_garbled", {.code = 200, .fault = "no"}, Then::Same, Pause::BackOff, kAway},
    // A streamed list.
    {"stream_not_taken", {.asked = kStream, .code = 422}, Then::Same, Pause::None, kBefore, false},
    {"stream_wrong", {.asked = kStream, .code = 400}, Then::Same, Pause::None, kBefore, false},
    {"stream_ended_before_its_end",
     {.asked = kStream, .code = 200},
     Then::Same,
     Pause::BackOff,
     kAway,
     false},
    {"stream_silent_before_its_end",
     {.asked = kStream, .code = 200, .broken = kSilent},
     Then::Same,
     Pause::BackOff,
     kAway,
     false},
    {"stream_cut",
     {.asked = kStream, .code = 200, .broken = kCut},
     Then::Same,
     Pause::BackOff,
     kAway},
    {"stream_refused", {.asked = kStream, .broken = kSilent}, Then::Same, Pause::BackOff, kAway},
    {"stream_expired",
     {.asked = kStream, .from_version = true, .code = 410},
     Then::ListConsistent,
     Pause::BackOffUnlessFirst,
     kBefore},
    {"stream_ahead",
     {.asked = kStream, .from_version = true, .code = 504, .told = kAhead},
     Then::ListConsistent,
     Pause::BackOffUnlessFirst,
     kBefore},
    // As a server does whose etcd is too old for it.
    {"stream_error",
     {.asked = kStream, .code = 200, .in_stream = true, .told = {.code = 500}},
     Then::Same,
     Pause::None,
     kBefore,
     false},
    {"stream_forbidden",
     {.asked = kStream, .code = 403, .refusals = kRefusals},
     Then::Same,
     Pause::Slow,
     Standing::Forbidden},
    {"stream_missing",
     {.asked = kStream, .code = 404},
     Then::ListConsistent,
     Pause::Slow,
     Standing::Missing},
    {"stream_throttled", {.asked = kStream, .code = 429}, Then::Same, Pause::BackOff, kAway},
    {"stream_failed", {.asked = kStream, .code = 500}, Then::Same, Pause::BackOff, kAway},
    {"stream_garbled",
     {.asked = kStream, .code = 200, .fault = "no"},
     Then::Same,
     Pause::BackOff,
     kAway},
};

INSTANTIATE_TEST_SUITE_P(Reflector, Verdicts, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(AskedToWait, is_the_longest_that_was_said_and_two_minutes_at_most) {
  EXPECT_EQ(asked_to_wait({}), Duration{0});
  EXPECT_EQ(asked_to_wait({.told = {.retry_after = Duration{3000}}, .retry_after = Duration{2000}}),
            Duration{3000});
  EXPECT_EQ(asked_to_wait({.retry_after = std::chrono::hours{24}}), kMostAsked);
}

}  // namespace
}  // namespace postern::kube
