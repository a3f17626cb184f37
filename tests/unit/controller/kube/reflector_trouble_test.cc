// Every row of what a reflector does when an answer is not what it hoped for, at every fragment
// size where octets are involved.
#include "controller/kube/reflector.h"

#include "controller/frames/piece.h"
#include "controller/kube/back_off.h"
#include "tests/unit/controller/kube/followed.h"

namespace postern::kube {
namespace {

using Why = Broken::Why;
using std::chrono::seconds;

const std::string kWatchFrom10 =
    "/api/v1/secrets?watch=true&allowWatchBookmarks=true&timeoutSeconds=450&resourceVersion=10";
const std::string kListFrom10 =
    "/api/v1/secrets?limit=500&resourceVersion=10&resourceVersionMatch=NotOlderThan";
const std::string kList = "/api/v1/secrets?limit=500";

class ReflectorInTrouble : public Followed, public ::testing::WithParamInterface<std::size_t> {
 protected:
  void SetUp() override { transport_.fragment = GetParam(); }
  // Of all series of that name.
  [[nodiscard]] std::string counted(const std::string& name) {
    std::string lines;
    const std::string text = metrics_.text();
    for (std::size_t at = text.find("\n" + name + "{"); at != std::string::npos;
         at = text.find("\n" + name + "{", at + 1)) {
      lines += text.substr(at + 1 + name.size(), text.find('\n', at + 1) - at - 1 - name.size());
      lines += "\n";
    }
    return lines;
  }
};

TEST_P(ReflectorInTrouble, lists_not_older_than_it_knows_when_its_version_has_expired) {
  for (const bool in_stream : {false, true}) {
    start_watching();
    const std::string expired = status(410, "Expired");
    flow().head(in_stream ? 200 : 410);
    flow().octets(in_stream ? event("ERROR", expired) : expired);
    flow().end();
    EXPECT_EQ(agenda_.next_in(), Duration{0}) << "once it is no failure";
    agenda_.turn();
    EXPECT_EQ(target(), kListFrom10);
    flow().answer(200, list({object(2, 20)}, 20));
    flow().head(200);
    EXPECT_EQ(said(), (Lines{"Listing", "begin", "object " + object(2, 20), "end 20", "Watching"}));
  }
}

TEST_P(ReflectorInTrouble, lists_as_it_is_now_when_that_has_expired_too) {
  for (const std::string& body : {status(410, "Expired"), status(410, "Gone"), kTooLarge}) {
    start_watching();
    flow().octets(event("ERROR", status(410, "Expired")));
    agenda_.turn();
    EXPECT_EQ(target(), kListFrom10);
    flow().answer(body == kTooLarge ? 504 : 410, body);
    EXPECT_EQ(waited(), Duration{1200}) << "twice within two minutes is a failure";
    EXPECT_EQ(target(), kList);
    flow().answer(200, list({}, 3));
    EXPECT_TRUE(target().ends_with("&resourceVersion=3"));
    EXPECT_EQ(said(), (Lines{"Listing", "begin", "end 3"}));
  }
}

TEST_P(ReflectorInTrouble, never_asks_again_for_a_version_that_was_refused_as_too_large) {
  start_watching();
  flow().octets(event("ERROR", kTooLarge));
  agenda_.turn();
  EXPECT_EQ(target(), kList);
  EXPECT_EQ(counted("postern_reflector_relists_total"),
            "{reason=\"too_large_version\",resource=\"secrets\"} 1\n");
}

TEST_P(ReflectorInTrouble, backs_off_in_a_storm_of_410) {
  start_watching();
  std::vector<Duration::rep> waits;
  for (int turn = 0; turn < 8; ++turn) {
    flow().octets(event("ERROR", status(410, "Expired")));
    waits.push_back(waited().count());
    flow().answer(200, list({}, 10));
    flow().head(200);
  }
  EXPECT_EQ(waits, (std::vector<Duration::rep>{0, 1200, 2400, 4800, 9600, 19200, 30000, 30000}));
  EXPECT_EQ(counted("postern_reflector_relists_total"),
            "{reason=\"expired\",resource=\"secrets\"} 8\n");
}

TEST_P(ReflectorInTrouble, begins_anew_with_short_waits_after_two_quiet_minutes) {
  start_watching();
  for (const int expected : {1200, 2400, 4800}) {
    flow().broken(Why::Unreachable);
    EXPECT_EQ(waited(), Duration{expected});
  }
  flow().head(200);
  flow().octets(bookmark(11));
  agenda_.pass(seconds{120});
  flow().end();
  agenda_.turn();
  flow().broken(Why::Unreachable);
  EXPECT_EQ(waited(), Duration{1200});
}

TEST_P(ReflectorInTrouble, lists_in_one_piece_when_the_token_of_a_page_has_expired) {
  start_paged();
  flow().answer(200, list({object(1, 7)}, 10, "more"));
  forget();
  flow().answer(410, status(410, "Expired"));
  EXPECT_EQ(agenda_.next_in(), Duration{0});
  agenda_.turn();
  EXPECT_EQ(target(), "/api/v1/secrets");
  flow().answer(200, list({object(1, 7), object(2, 8)}, 12));
  EXPECT_EQ(said(), (Lines{"begin", "object " + object(1, 7), "object " + object(2, 8), "end 12"}));
}

TEST_P(ReflectorInTrouble, watches_on_from_its_version_when_the_server_is_away) {
  for (const Why why : {Why::Unreachable, Why::Untrusted, Why::Silent, Why::Cut, Why::Garbled}) {
    start_watching();
    agenda_.pass(seconds{2});
    flow().octets(bookmark(10));
    flow().broken(Why::Cut, "cut");
    agenda_.turn();
    flow().broken(why, "away");
    EXPECT_EQ(waited(), Duration{1200});
    EXPECT_EQ(target(), kWatchFrom10) << "no list: all replicas would send one at once";
    flow().broken(why, "away");
    EXPECT_EQ(waited(), Duration{2400});
    flow().head(200);
    EXPECT_EQ(said(), (Lines{"bookmark 10", "Unreachable: away", "Watching"}));
    agenda_.pass(seconds{300});
  }
  EXPECT_EQ(counted("postern_reflector_relists_total"), "");
}

TEST_P(ReflectorInTrouble, does_as_it_is_asked_to_wait) {
  start_watching();
  flow().octets(bookmark(10));
  agenda_.pass(seconds{2});
  flow().end();
  agenda_.turn();
  flow().answer(429, status(429, "TooManyRequests"), seconds{7});
  EXPECT_EQ(waited(), seconds{7});
  EXPECT_EQ(target(), kWatchFrom10);
  flow().answer(429, "");
  EXPECT_EQ(waited(), Duration{2400});
  flow().answer(429, status(429, "TooManyRequests", R"(,"details":{"retryAfterSeconds":9})"));
  EXPECT_EQ(waited(), seconds{9});
  flow().head(200);
  flow().octets(
      event("ERROR", status(429, "TooManyRequests", R"(,"details":{"retryAfterSeconds":21})")));
  EXPECT_EQ(waited(), seconds{21});
  EXPECT_EQ(target(), kWatchFrom10);
  flow().answer(429, "", seconds{86'400});
  EXPECT_EQ(waited(), seconds{120}) << "nobody may put it to sleep for a day";
}

TEST_P(ReflectorInTrouble, asks_slowly_where_it_is_forbidden_and_says_so) {
  start_paged();
  forget();
  for (const int wait : {1200, 2400, 4800}) {
    flow().answer(403, status(403, "Forbidden"));
    EXPECT_EQ(waited(), Duration{wait}) << "a server that has just begun knows no roles yet";
  }
  EXPECT_EQ(said(), (Lines{"Refused: the API server says 403 Forbidden: no"}));
  flow().answer(403, status(403, "Forbidden"));
  EXPECT_EQ(said(), (Lines{"Forbidden: the API server says 403 Forbidden: no"}));
  EXPECT_EQ(waited(), seconds{30});
  flow().answer(403, status(403, "Forbidden"));
  EXPECT_EQ(waited(), seconds{30});
  EXPECT_EQ(said(), Lines{}) << "it is told once";
  EXPECT_EQ(target(), kList);
  flow().answer(200, list({}, 10));
  agenda_.pass(BackOff::kQuiet);
  flow().answer(403, "");
  EXPECT_EQ(waited(), Duration{1200}) << "a server that has just begun knows no roles yet";
  EXPECT_EQ(target(), kWatchFrom10);
}

TEST_P(ReflectorInTrouble, tries_wrong_credentials_again_with_longer_and_longer_waits) {
  start_paged();
  flow().answer(401, status(401, "Unauthorized"));
  EXPECT_EQ(waited(), Duration{1200});
  flow().answer(401, status(401, "Unauthorized"));
  EXPECT_EQ(waited(), Duration{2400});
  EXPECT_EQ(said().back(), "Refused: the API server says 401 Unauthorized: no");
}

TEST_P(ReflectorInTrouble, lists_as_it_is_now_when_a_kind_was_missing_and_comes_back) {
  start_watching();
  flow().octets(event("DELETED", object(1, 11)));
  agenda_.pass(seconds{2});
  flow().end();
  agenda_.turn();
  flow().answer(404, "404 page not found\n");
  EXPECT_EQ(waited(), seconds{30});
  EXPECT_EQ(target(), kList) << "versions of another life say nothing";
  EXPECT_EQ(said().back(), "Missing: the API server says 404");
  flow().answer(200, list({}, 3));
  EXPECT_TRUE(target().ends_with("&resourceVersion=3"));
}

TEST_P(ReflectorInTrouble, lists_when_a_watch_tells_of_another_error) {
  for (const std::string& told : {status(500, "InternalError"), status(0, ""), std::string("{}")}) {
    start_watching();
    flow().octets(event("ERROR", told));
    EXPECT_EQ(waited(), Duration{1200});
    EXPECT_EQ(target(), kListFrom10);
  }
}

TEST_P(ReflectorInTrouble, watches_again_while_the_server_fails_and_lists_when_that_does_not_help) {
  start_watching();
  flow().octets(bookmark(10));
  agenda_.pass(seconds{2});
  flow().end();
  agenda_.turn();
  for (int tries = 0; tries < 7; ++tries) {
    flow().answer(tries % 2 == 0 ? 500 : 503, "upstream away");
    (void)waited();
    EXPECT_EQ(target(), kWatchFrom10);
  }
  flow().answer(503, "");
  (void)waited();
  EXPECT_EQ(target(), kListFrom10);
}

TEST_P(ReflectorInTrouble, lists_as_it_is_now_when_its_question_was_wrong) {
  start_watching();
  flow().octets(bookmark(10));
  agenda_.pass(seconds{2});
  flow().end();
  agenda_.turn();
  flow().answer(400, status(400, "BadRequest"));
  EXPECT_EQ(waited(), Duration{1200});
  EXPECT_EQ(target(), kList);
  flow().answer(200, list({}, 10, "more"));
  flow().answer(400, "the token is of another key");
  (void)waited();
  EXPECT_EQ(target(), "/api/v1/secrets");
}

TEST_P(ReflectorInTrouble, does_not_run_in_circles_with_empty_watches) {
  start_watching();
  for (const int expected : {1200, 2400, 4800, 9600, 19200, 30000}) {
    flow().end();
    EXPECT_EQ(waited(), Duration{expected});
    EXPECT_EQ(target(), kWatchFrom10);
    flow().head(200);
  }
  EXPECT_EQ(counted("postern_reflector_short_watches_total"), "{resource=\"secrets\"} 6\n");
}

TEST_P(ReflectorInTrouble, nor_with_watches_of_one_event_and_an_end) {
  start_watching();
  for (int version = 11; version < 15; ++version) {
    flow().octets(event("MODIFIED", object(1, version)));
    flow().end();
    EXPECT_GE(waited(), Duration{1200});
    flow().head(200);
  }
}

TEST_P(ReflectorInTrouble, calls_nobody_away_whose_watch_lived_without_an_event) {
  start_watching();
  agenda_.pass(seconds{40});
  flow().end();
  EXPECT_EQ(said(), Lines{});
  EXPECT_EQ(waited(), Duration{1200});
  EXPECT_EQ(target(), kWatchFrom10);
}

TEST_P(ReflectorInTrouble, lists_again_when_what_it_reads_is_no_event) {
  for (const std::string& line :
       {std::string("oh\n"), std::string("{}\n"), event("ADDED", R"({"kind":"Table"})"),
        event("ADDED", R"({"kind":"Status","code":410})"), event("BOOKMARK", R"({"kind":"Pod"})"),
        event("ADDED", "{\"kind\":\"Secret\",\"x\":\"\xFF\"}"),
        std::string(frames::kLineOctets + 1, ' ')}) {
    if (line.size() > 1000 && GetParam() < 16) continue;  // as it is so many calls
    start_watching();
    flow().octets(line);
    ASSERT_FALSE(sink_.said.empty());
    EXPECT_TRUE(sink_.said.back().starts_with("Unreachable: what the API server says cannot be"))
        << sink_.said.back();
    EXPECT_EQ(waited(), Duration{1200});
    EXPECT_EQ(target(), kListFrom10);
  }
}

TEST_P(ReflectorInTrouble, reads_nothing_behind_an_event_that_ended_the_watch) {
  start_watching();
  flow().octets(event("ADDED", object(2, 11)) + event("ERROR", status(410, "Expired")) +
                event("ADDED", object(3, 12)));
  EXPECT_FALSE(transport_.flows.back()->held());
  EXPECT_EQ(said(), (Lines{"added " + object(2, 11) + " at 11"}));
}

TEST_P(ReflectorInTrouble, never_goes_back_to_what_was_before) {
  start_watching();
  flow().octets(event("MODIFIED", object(1, 12)) + bookmark(11));
  flow().octets(event("DELETED", object(2, 9)));
  EXPECT_EQ(said(),
            (Lines{"modified " + object(1, 12) + " at 12", "deleted " + object(2, 9) + " at 9"}));
  flow().octets(event("MODIFIED", object(1, 11)));
  EXPECT_EQ(said().back(),
            "Unreachable: what the API server says cannot be read: an event is older than the one "
            "before it");
  (void)waited();
  EXPECT_TRUE(target().ends_with("&resourceVersion=12&resourceVersionMatch=NotOlderThan"));
}

TEST_P(ReflectorInTrouble, waits_no_longer_than_seconds_for_the_words_of_a_refusal) {
  start_watching();
  flow().octets(bookmark(10));
  agenda_.pass(seconds{2});
  flow().end();
  agenda_.turn();
  flow().head(503);
  flow().octets("{\"kind\":");
  agenda_.pass(seconds{5});
  EXPECT_FALSE(transport_.flows.back()->held());
  EXPECT_EQ(waited(), Duration{1200});
  flow().head(410);
  flow().octets(std::string(1 << 20, 'x'));
  flow().end();
  (void)waited();
  EXPECT_EQ(target(), kListFrom10);
}

TEST_P(ReflectorInTrouble, keeps_quiet_about_control_octets_in_what_a_server_says) {
  start_paged();
  flow().answer(403, R"({"kind":"Status","code":403,"message":"a\nb\u001b[2J)" +
                         std::string(1000, 'x') + "\"}");
  EXPECT_TRUE(sink_.said.back().starts_with("Refused: the API server says 403: a\\x0ab\\x1b[2Jxx"))
      << sink_.said.back();
  EXPECT_LT(sink_.said.back().size(), 400U);
}

TEST_P(ReflectorInTrouble, counts_what_it_asked_and_when_it_last_heard) {
  start_watching();
  EXPECT_EQ(counted("postern_reflector_lists_total"), "{resource=\"secrets\"} 2\n");
  EXPECT_EQ(counted("postern_reflector_watches_total"), "{resource=\"secrets\"} 1\n");
  EXPECT_EQ(counted("postern_reflector_last_event_timestamp_seconds"),
            "{resource=\"secrets\"} 1800000000\n");
  agenda_.pass(seconds{60});
  flow().octets(bookmark(11));
  EXPECT_EQ(counted("postern_reflector_last_event_timestamp_seconds"),
            "{resource=\"secrets\"} 1800000060\n");
}

INSTANTIATE_TEST_SUITE_P(InFragmentsOf, ReflectorInTrouble,
                         ::testing::ValuesIn(test::kFragmentSizes));

}  // namespace
}  // namespace postern::kube
