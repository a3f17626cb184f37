#include "controller/kube/event_recorder.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/unit/controller/kube/answering_transport.h"

namespace postern::kube {
namespace {

using namespace std::chrono_literals;

class EventRecorderTest : public testing::Test {
 protected:
  static Occurrence rejected(const std::string& note = "n", const std::string& uid = "u1") {
    return {.regarding = {"postern.dev/v1alpha1", "MailServer", "mail", "a", uid},
            .warning = true,
            .action = "Program",
            .reason = "ProxyRejected",
            .note = note};
  }

  test::ManualClock clock_;
  AnsweringTransport api_;
  Metrics metrics_;
  bool may_write_ = true;
  EventRecorder recorder_{{api_, clock_, metrics_, [this] { return may_write_; }},
                          {.controller = "postern.dev/controller", .instance = "pod-1"}};
};

TEST_F(EventRecorderTest, makes_an_event_of_the_object_in_its_namespace) {
  recorder_.record(rejected("no such suite"));
  ASSERT_EQ(api_.first_line(), "POST /apis/events.k8s.io/v1/namespaces/mail/events");
  const std::string& body = api_.first().body;
  for (const char* part :
       {R"("eventTime":"2027-01-15T08:00:00.000000Z")", R"("reason":"ProxyRejected")",
        R"("note":"no such suite")", R"("type":"Warning")", R"("uid":"u1")",
        R"("reportingController":"postern.dev/controller")", R"("reportingInstance":"pod-1")",
        R"("action":"Program")"}) {
    EXPECT_NE(body.find(part), std::string::npos) << part << " in " << body;
  }
}

TEST_F(EventRecorderTest, same_again_is_one_event_with_a_count) {
  recorder_.record(rejected());
  api_.answer(201);
  clock_.pass(60s);
  recorder_.record(rejected());
  EXPECT_TRUE(
      api_.first_line().starts_with("PATCH /apis/events.k8s.io/v1/namespaces/mail/events/a."));
  EXPECT_EQ(api_.first().content_type, "application/merge-patch+json");
  EXPECT_NE(api_.first().body.find(R"("count":2)"), std::string::npos);
  api_.answer(200);
  recorder_.record(rejected("other words"));
  EXPECT_TRUE(api_.first_line().starts_with("POST"));
  api_.answer(201);
  clock_.pass(601s);
  recorder_.record(rejected());
  EXPECT_TRUE(api_.first_line().starts_with("POST")) << "a new series";
}

TEST_F(EventRecorderTest, one_object_has_twenty_five_and_then_one_in_five_minutes) {
  const auto record = [&](int i, const char* uid) {
    recorder_.record(rejected(std::to_string(i), uid));
    const bool asked = api_.waiting() > 0;
    if (asked) api_.answer(201);
    return asked;
  };
  int told = 0;
  for (int i = 0; i < 100; ++i) told += record(i, "u1") ? 1 : 0;
  EXPECT_EQ(told, 25);
  EXPECT_TRUE(record(0, "u2")) << "another object has its own";
  clock_.pass(301s);
  EXPECT_TRUE(record(200, "u1"));
  EXPECT_FALSE(record(201, "u1"));
}

TEST_F(EventRecorderTest, of_more_objects_than_it_remembers_all_begin_anew) {
  const auto record = [&](const std::string& note, const std::string& uid) {
    recorder_.record(rejected(note, uid));
    const bool asked = api_.waiting() > 0;
    if (asked) api_.answer(201);
    return asked;
  };
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(record(std::to_string(i), "u1"));
  EXPECT_FALSE(record("25", "u1"));
  for (int i = 0; i < 4096; ++i) EXPECT_TRUE(record("n", "other" + std::to_string(i)));
  EXPECT_TRUE(record("26", "u1"));
}

TEST_F(EventRecorderTest, event_that_the_server_does_not_take_is_not_tried_again) {
  recorder_.record(rejected());
  api_.answer(500);
  EXPECT_EQ(api_.waiting(), 0U);
  recorder_.record(rejected());
  EXPECT_TRUE(api_.first_line().starts_with("POST")) << "there is none to count on";
}

TEST_F(EventRecorderTest, nothing_is_told_while_it_may_not_be) {
  may_write_ = false;
  recorder_.record(rejected());
  EXPECT_EQ(api_.waiting(), 0U);
  may_write_ = true;
  recorder_.record(rejected());
  EXPECT_TRUE(api_.first_line().starts_with("POST"));
}

TEST_F(EventRecorderTest, object_of_no_namespace_has_its_events_in_default) {
  Occurrence of_class = rejected();
  of_class.regarding.space.clear();
  recorder_.record(of_class);
  EXPECT_EQ(api_.first_line(), "POST /apis/events.k8s.io/v1/namespaces/default/events");
}

}  // namespace
}  // namespace postern::kube
