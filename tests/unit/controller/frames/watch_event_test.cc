#include "controller/frames/watch_event.h"

#include <gtest/gtest.h>

#include <string>

namespace postern::frames {
namespace {

using Type = WatchEvent::Type;

TEST(WatchEvent, tells_what_happened_to_which_object) {
  const std::string object =
      R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","namespace":"mail",)"
      R"("resourceVersion":"77","ownerReferences":[{"kind":"Other"}]},"data":{"kind":"eA=="}})";
  for (const auto& [word, type] : {std::pair{"ADDED", Type::Added},
                                   {"MODIFIED", Type::Modified},
                                   {"DELETED", Type::Deleted}}) {
    const std::string line = std::string(R"({"type":")") + word + R"(","object":)" + object + "}";
    const auto event = read_watch_event(line);
    ASSERT_TRUE(event.has_value()) << event.error();
    EXPECT_EQ(event->type, type);
    EXPECT_EQ(event->object, object);
    EXPECT_EQ(event->kind, "Secret");
    EXPECT_EQ(event->resource_version, "77");
    EXPECT_FALSE(event->initial_events_end);
  }
}

TEST(WatchEvent, knows_the_bookmark_that_ends_a_streamed_list) {
  const auto bookmark = [](const std::string& annotations) {
    return read_watch_event(R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{)"
                            R"("resourceVersion":"12","creationTimestamp":null)" +
                            annotations + "},\"spec\":{\"containers\":null}}}");
  };
  EXPECT_EQ(bookmark("")->type, Type::Bookmark);
  EXPECT_EQ(bookmark("")->resource_version, "12");
  EXPECT_FALSE(bookmark("")->initial_events_end);
  EXPECT_TRUE(
      bookmark(R"(,"annotations":{"k8s.io/initial-events-end":"true"})")->initial_events_end);
  EXPECT_FALSE(
      bookmark(R"(,"annotations":{"k8s.io/initial-events-end":"false"})")->initial_events_end);
}

TEST(WatchEvent, tells_why_a_watch_ended) {
  const auto event = read_watch_event(
      R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},)"
      R"("status":"Failure","message":"too old resource version: 1","reason":"Expired",)"
      R"("code":410}})");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->type, Type::Error);
  const Status status = read_status(event->object);
  EXPECT_EQ(status.code, 410);
  EXPECT_EQ(status.reason, "Expired");
  EXPECT_EQ(status.message, "too old resource version: 1");
  EXPECT_FALSE(status.too_large_version);
  EXPECT_EQ(status.retry_after, std::nullopt);
}

TEST(WatchEvent, knows_a_version_that_the_server_has_not_seen_yet) {
  const Status status = read_status(
      R"({"kind":"Status","message":"Timeout: Too large resource version: 9, current: 5",)"
      R"("reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge",)"
      R"("message":"Too large resource version"}],"retryAfterSeconds":1},"code":504})");
  EXPECT_TRUE(status.too_large_version);
  EXPECT_EQ(status.code, 504);
  EXPECT_EQ(status.retry_after, std::chrono::seconds{1});
}

TEST(WatchEvent, takes_nothing_else_for_a_status) {
  for (const char* json : {"", "oh", R"({"code":410})", R"({"kind":"Pod","code":410})",
                           R"({"kind":"Status","code":410)"}) {
    EXPECT_EQ(read_status(json).code, 0) << json;
  }
  EXPECT_EQ(read_status(R"({"kind":"Status","code":"a"})").code, 0);
  EXPECT_EQ(read_status(R"({"kind":"Status","code":-410})").code, 0);
  EXPECT_EQ(read_status(R"({"kind":"Status","code":99999999999})").code, 0);
}

TEST(WatchEvent, refuses_what_is_no_event) {
  for (const char* line :
       {"", "oh", "{}", R"({"type":"ADDED"})", R"({"type":"ADDED","object":[]})",
        R"({"type":"ADDED","object":null})", R"({"type":"added","object":{}})", R"({"object":{}})",
        R"({"type":"ADDED","object":{})", R"({"type":1,"object":{}})",
        R"({"type":"ADDED","type":"DELETED","object":{}})",
        R"({"type":"ADDED","object":{},"object":{}})",
        R"({"type":"ADDED","object":{"metadata":{"resourceVersion":"1","resourceVersion":"2"}}})",
        R"({"type":"ADDED","object":{}}{"type":"ADDED","object":{}})"}) {
    EXPECT_FALSE(read_watch_event(line).has_value()) << line;
  }
}

}  // namespace
}  // namespace postern::frames
