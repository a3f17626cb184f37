// What a reflector asks and tells while all goes well, and how a collection is read at first.
#include "controller/kube/reflector.h"

#include "tests/unit/controller/kube/followed.h"

namespace postern::kube {
namespace {

using Why = Broken::Why;

class Everywhere : public Followed, public ::testing::WithParamInterface<std::size_t> {
 protected:
  void SetUp() override { transport_.fragment = GetParam(); }
};
class ReflectorReads : public Everywhere {};
class ReflectorWatches : public Everywhere {};

TEST_P(ReflectorReads, a_streamed_list_first_and_watches_on_the_same_answer) {
  start();
  EXPECT_EQ(target(),
            "/api/v1/secrets?watch=true&allowWatchBookmarks=true&timeoutSeconds=450"
            "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
  EXPECT_EQ(flow().request.accept, "application/json");
  flow().head(200);
  flow().octets(event("ADDED", object(1, 5)) + event("ADDED", object(2, 3)));
  flow().octets(event("MODIFIED", object(1, 6)) + event("DELETED", object(2, 7)) + bookmark(6));
  EXPECT_FALSE(reflector_->synced());
  flow().octets(bookmark(8, true));
  EXPECT_TRUE(reflector_->synced());
  flow().octets(event("ADDED", object(3, 9)));
  EXPECT_EQ(said(), (Lines{"Listing", "begin", "object " + object(1, 5), "object " + object(2, 3),
                           "object " + object(1, 6), "not " + object(2, 7), "end 8", "Watching",
                           "added " + object(3, 9) + " at 9"}));
  EXPECT_EQ(transport_.flows.size(), 1U);
}

TEST_P(ReflectorReads, pages_where_streamed_lists_are_refused_and_asks_for_no_more_of_these) {
  for (const int code : {400, 422}) {
    start();
    flow().answer(code, status(code, "Invalid"));
    agenda_.turn();
    EXPECT_EQ(target(), "/api/v1/secrets?limit=500");
    flow().answer(200, list({object(1, 7), object(2, 8)}, 10, "tok+1="));
    EXPECT_EQ(target(), "/api/v1/secrets?limit=500&continue=tok%2B1%3D");
    EXPECT_FALSE(reflector_->synced());
    flow().answer(200, list({object(3, 9)}, 12));
    EXPECT_TRUE(reflector_->synced());
    // What changed since the first page is told again.
    EXPECT_EQ(target(),
              "/api/v1/secrets?watch=true&allowWatchBookmarks=true&timeoutSeconds=450"
              "&resourceVersion=10");
    flow().head(200);
    EXPECT_EQ(said(), (Lines{"Listing", "begin", "object " + object(1, 7), "object " + object(2, 8),
                             "object " + object(3, 9), "end 10", "Watching"}));
    flow().octets(event("ERROR", status(410, "Expired")));
    agenda_.turn();
    EXPECT_EQ(target(),
              "/api/v1/secrets?limit=500&resourceVersion=10&resourceVersionMatch=NotOlderThan");
    forget();
  }
}

TEST_P(ReflectorReads, nothing_whole_out_of_a_list_that_was_cut) {
  start_paged();
  forget();
  flow().head(200);
  const std::string page = list({object(1, 7), object(2, 8)}, 10);
  flow().octets(page.substr(0, page.size() - 1));
  flow().broken(Why::Cut, "the connection ended");
  EXPECT_EQ(said(), (Lines{"begin", "object " + object(1, 7), "object " + object(2, 8),
                           "Unreachable: the connection ended"}));
  EXPECT_FALSE(reflector_->synced());
  EXPECT_EQ(waited(), Duration{1200});
  EXPECT_EQ(target(), "/api/v1/secrets?limit=500");
  flow().answer(200, page);
  EXPECT_EQ(said(), (Lines{"Listing", "begin", "object " + object(1, 7), "object " + object(2, 8),
                           "end 10"}));
}

TEST_P(ReflectorReads, a_page_again_that_was_cut_and_not_those_before_it) {
  start_paged();
  flow().answer(200, list({object(1, 7)}, 10, "more"));
  forget();
  flow().head(200);
  flow().broken(Why::Silent, "no word");
  (void)waited();
  EXPECT_EQ(target(), "/api/v1/secrets?limit=500&continue=more");
  flow().answer(200, list({object(2, 8)}, 10));
  EXPECT_EQ(said(), (Lines{"Unreachable: no word", "object " + object(2, 8), "end 10"}));
}

TEST_P(ReflectorReads, no_list_of_another_kind_and_none_without_a_version) {
  for (const char* body : {R"({"kind":"Table","metadata":{"resourceVersion":"4"},"items":[]})",
                           R"({"kind":"PodList","metadata":{"resourceVersion":"4"},"items":[]})",
                           R"({"kind":"SecretList","metadata":{},"items":[]})",
                           R"({"kind":"Status","metadata":{"resourceVersion":"4"}})",
                           R"({"kind":"SecretList")", "oh", ""}) {
    start_paged();
    forget();
    flow().answer(200, body);
    EXPECT_FALSE(reflector_->synced()) << body;
    ASSERT_EQ(sink_.said.size(), 2U) << body;
    EXPECT_TRUE(sink_.said.back().starts_with("Unreachable: ")) << sink_.said.back();
    (void)waited();
    EXPECT_EQ(target(), "/api/v1/secrets?limit=500") << body;
  }
}

TEST_P(ReflectorReads, no_list_that_is_older_than_it_asked_for) {
  const std::string list_from_10 =
      "/api/v1/secrets?limit=500&resourceVersion=10&resourceVersionMatch=NotOlderThan";
  start_watching();
  flow().octets(event("ERROR", status(410, "Expired")));
  agenda_.turn();
  EXPECT_EQ(target(), list_from_10);
  flow().answer(200, list({}, 9));
  (void)waited();
  EXPECT_EQ(target(), list_from_10);
  flow().answer(200, list({object(2, 20)}, 20));
  EXPECT_TRUE(target().ends_with("&resourceVersion=20"));
}

TEST_P(ReflectorReads, on_without_streams_where_a_watch_without_end_of_the_list_comes_instead) {
  start();
  flow().head(200);
  flow().octets(event("ADDED", object(1, 5)));
  flow().broken(Why::Silent, "no word");
  (void)waited();
  EXPECT_EQ(target(), "/api/v1/secrets?limit=500");
  start();
  flow().head(200);
  flow().end();
  (void)waited();
  EXPECT_EQ(target(), "/api/v1/secrets?limit=500");
}

TEST_P(ReflectorReads, the_streamed_list_again_when_only_the_connection_was_at_fault) {
  start();
  flow().broken(Why::Unreachable, "refused");
  (void)waited();
  EXPECT_NE(target().find("sendInitialEvents"), std::string::npos);
  flow().head(200);
  flow().octets(event("ADDED", object(1, 5)));
  flow().broken(Why::Cut, "cut");
  (void)waited();
  EXPECT_NE(target().find("sendInitialEvents"), std::string::npos);
  flow().head(200);
  flow().octets(bookmark(8, true));
  EXPECT_EQ(said(),
            (Lines{"Listing", "Unreachable: refused", "Listing", "begin", "object " + object(1, 5),
                   "Unreachable: cut", "Listing", "begin", "end 8", "Watching"}));
}

TEST_P(ReflectorWatches, from_where_it_stood_whenever_a_watch_has_ended) {
  start_watching();
  flow().octets(event("ADDED", object(2, 11)) + event("DELETED", object(1, 12)));
  agenda_.pass(Duration{300'000});
  flow().octets(bookmark(40));
  flow().end();
  EXPECT_EQ(agenda_.next_in(), Duration{0});
  agenda_.turn();
  EXPECT_TRUE(target().ends_with("&resourceVersion=40"));
  flow().head(200);
  EXPECT_EQ(said(), (Lines{"added " + object(2, 11) + " at 11",
                           "deleted " + object(1, 12) + " at 12", "bookmark 40"}));
}

TEST_P(ReflectorWatches, for_five_to_ten_minutes_at_random) {
  for (const auto& [random, seconds] : {std::pair{0.0, "300"}, {0.999, "599"}}) {
    random_ = random;
    start_paged();
    flow().answer(200, list({}, 10));
    EXPECT_NE(target().find(std::string("timeoutSeconds=") + seconds), std::string::npos);
  }
}

TEST_P(ReflectorWatches, on_when_the_last_line_was_cut_and_is_told_of_it_once) {
  start_watching();
  agenda_.pass(Duration{2000});
  const std::string line = event("ADDED", object(2, 12));
  flow().octets(event("ADDED", object(3, 11)) + line.substr(0, line.size() - 1));
  flow().broken(Why::Cut, "cut");
  agenda_.turn();
  EXPECT_TRUE(target().ends_with("&resourceVersion=11"));
  flow().head(200);
  flow().octets(line);
  EXPECT_EQ(said(),
            (Lines{"added " + object(3, 11) + " at 11", "added " + object(2, 12) + " at 12"}));
}

TEST_P(ReflectorWatches, without_comparing_versions_that_are_no_numbers) {
  start_paged();
  flow().answer(200, R"({"kind":"SecretList","metadata":{"resourceVersion":"a9"},"items":[]})");
  flow().head(200);
  forget();
  flow().octets(R"({"type":"ADDED","object":{"kind":"Secret","metadata":{"resourceVersion":"a1"}}})"
                "\n");
  EXPECT_TRUE(said().back().ends_with(" at none"));
  flow().end();
  (void)waited();
  EXPECT_TRUE(target().ends_with("&resourceVersion=a1"));
}

TEST_P(ReflectorWatches, on_when_somebody_sets_the_clock) {
  start_watching();
  flow().octets(bookmark(11));
  for (const int hours : {48, -96}) {
    clock_.jump(std::chrono::hours{hours});
    agenda_.pass(Duration{1001});
    flow().end();
    EXPECT_EQ(agenda_.next_in(), Duration{0});
    agenda_.turn();
    EXPECT_TRUE(target().ends_with("&resourceVersion=11"));
    flow().head(200);
    flow().octets(bookmark(11));
  }
}

TEST_P(ReflectorWatches, until_it_goes_and_is_not_called_afterwards) {
  start_watching();
  const auto last = transport_.flows.back();
  reflector_.reset();
  EXPECT_FALSE(last->held());
  last->octets(event("ADDED", object(2, 11)));
  agenda_.pass(Duration{600'000});
  EXPECT_EQ(said(), Lines{});
  EXPECT_EQ(agenda_.waiting(), 0U);
}

INSTANTIATE_TEST_SUITE_P(InFragmentsOf, ReflectorReads, ::testing::ValuesIn(test::kFragmentSizes));
INSTANTIATE_TEST_SUITE_P(InFragmentsOf, ReflectorWatches,
                         ::testing::ValuesIn(test::kFragmentSizes));

}  // namespace
}  // namespace postern::kube
