#include "controller/app/api_outlet.h"

#include <string>

#include <gtest/gtest.h>

#include "controller/status/status_body.h"
#include "tests/support/turned_agenda.h"
#include "tests/unit/controller/kube/answering_transport.h"

namespace postern::controller_app {
namespace {

using namespace std::chrono_literals;
using status::MailServerStatus;
using status::Truth;

const std::string kPatch =
    "PATCH /apis/postern.dev/v1alpha1/namespaces/mail/mailservers/a/status"
    "?fieldManager=postern.dev%2Fmail&force=true";

class ApiOutletTest : public testing::Test {
 protected:
  void SetUp() override { outlet_.attach(desk_); }

  static MailServerStatus status(const std::string& reason, std::int64_t generation = 1) {
    MailServerStatus out;
    out.key = {"MailServer", "mail", "a"};
    out.uid = "u1";
    out.generation = generation;
    const bool on = reason == "Programmed";
    out.conditions = {
        {"Programmed", on ? Truth::True : Truth::False, reason, "m", generation, WallTime{}}};
    return out;
  }
  void put(const MailServerStatus& status) {
    outlet_.put(status);
    agenda_.turn();
  }
  // Leads, and has read these objects.
  void lead(const std::string& items = "[]") {
    outlet_.lead(true);
    agenda_.turn();
    ASSERT_EQ(api_.first_line(), "GET /apis/postern.dev/v1alpha1/mailservers?limit=50");
    api_.answer(200, R"({"metadata":{},"items":)" + items + "}");
    agenda_.turn();
    ASSERT_EQ(api_.first_line(), "GET /apis/postern.dev/v1alpha1/mailclasses?limit=50");
    api_.answer(200, R"({"metadata":{},"items":[]})");
    agenda_.turn();
  }

  test::ManualClock clock_;
  test::TurnedAgenda agenda_{clock_};
  kube::AnsweringTransport api_;
  Metrics metrics_;
  std::unique_ptr<Log> log_ = make_null_log();
  status::StatusDesk desk_{{clock_, {}, nullptr}};
  bool may_write_ = true;
  ApiOutlet outlet_{{api_, agenda_, clock_, *log_, metrics_, [this] { return may_write_; }},
                    {.ingress_class = "mail", .namespaces = {}, .replica = "pod-1"}};
};

TEST_F(ApiOutletTest, writes_nothing_while_it_does_not_lead) {
  put(status("Programmed"));
  EXPECT_EQ(api_.waiting(), 0U);
  lead();
  outlet_.lead(false);
  put(status("Programmed"));
  EXPECT_EQ(api_.waiting(), 0U);
}

TEST_F(ApiOutletTest, writes_as_the_manager_of_its_class_and_tells_what_happened) {
  lead();
  put(status("Programmed"));
  ASSERT_EQ(api_.waiting(), 2U);
  EXPECT_EQ(api_.first_line(), kPatch);
  api_.answer(200);
  EXPECT_EQ(api_.first_line(), "POST /apis/events.k8s.io/v1/namespaces/mail/events");
  api_.answer(201);
  put(status("Programmed"));
  EXPECT_EQ(api_.waiting(), 0U);
}

TEST_F(ApiOutletTest, what_stands_there_is_neither_written_nor_told_again) {
  lead("[" + status::status_body(status("Programmed")) + "]");
  put(status("Programmed"));
  EXPECT_EQ(api_.waiting(), 0U);
  put(status("ProxyRejected"));
  EXPECT_EQ(api_.waiting(), 2U);
}

TEST_F(ApiOutletTest, what_was_told_of_another_object_of_that_name_does_not_count) {
  MailServerStatus old = status("Programmed");
  old.uid = "u0";
  lead("[" + status::status_body(old) + "]");
  put(status("Programmed"));
  ASSERT_EQ(api_.waiting(), 2U);
  EXPECT_EQ(api_.first_line(), kPatch);
}

TEST_F(ApiOutletTest, says_nothing_when_the_lease_has_run_out_unnoticed) {
  lead();
  may_write_ = false;
  put(status("Programmed"));
  agenda_.pass(1s);
  EXPECT_EQ(api_.waiting(), 0U);
}

TEST_F(ApiOutletTest, reads_what_stands_there_again_until_it_can) {
  outlet_.lead(true);
  agenda_.turn();
  api_.answer(503);
  agenda_.turn();
  put(status("Programmed"));
  EXPECT_EQ(api_.waiting(), 0U) << "it does not know yet what stands there";
  agenda_.pass(5s);
  EXPECT_EQ(api_.first_line(), "GET /apis/postern.dev/v1alpha1/mailservers?limit=50");
}

TEST_F(ApiOutletTest, reads_page_by_page) {
  outlet_.lead(true);
  agenda_.turn();
  api_.answer(200, R"({"metadata":{"continue":"n/1"},"items":[]})");
  EXPECT_EQ(api_.first_line(),
            "GET /apis/postern.dev/v1alpha1/mailservers?limit=50&continue=n%2F1");
  outlet_.lead(false);
  api_.answer(200, R"({"metadata":{},"items":[]})");
  agenda_.turn();
  EXPECT_EQ(api_.waiting(), 0U) << "it leads no more";
}

TEST_F(ApiOutletTest, name_that_leads_elsewhere_is_written_nowhere) {
  lead();
  MailServerStatus odd = status("Programmed");
  odd.key.name = "../secrets/x";
  put(odd);
  EXPECT_EQ(api_.waiting(), 0U);
}

}  // namespace
}  // namespace postern::controller_app
