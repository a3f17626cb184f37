#include "controller/status/status_body.h"

#include <gtest/gtest.h>

#include "controller/status/status_read.h"
#include "controller/status/transitions.h"

namespace postern::status {
namespace {

const WallTime kThen{std::chrono::seconds{1'800'000'000}};

MailServerStatus status() {
  MailServerStatus out;
  out.key = {"MailServer", "mail", "example"};
  out.uid = "u1";
  out.generation = 3;
  out.conditions = {{"Accepted", Truth::True, "Accepted", "all of it", 3, kThen}};
  out.listeners = {{993,
                    Protocol::Imap,
                    config::ListenerTls::Implicit,
                    {{"Programmed", Truth::True, "Programmed", "", 3, kThen}}}};
  out.backends = {{"store",
                   {{Protocol::Imap, 10993, config::BackendTlsMode::StartTls}},
                   {{"Available", Truth::False, "NoReadyEndpoints", "m", 3, kThen}}}};
  out.protocols = "IMAP";
  out.earliest_expiry_unix_s = 1'800'000'000;
  out.config_version = "v1";
  out.proxies = {2, 1, 0, {}};
  return out;
}

TEST(StatusBody, is_what_an_apply_takes) {
  EXPECT_EQ(status_body(status()),
            R"({"apiVersion":"postern.dev/v1alpha1","kind":"MailServer",)"
            R"("metadata":{"namespace":"mail","name":"example","uid":"u1"},)"
            R"("status":{"observedGeneration":3,"conditions":[{"type":"Accepted",)"
            R"("status":"True","observedGeneration":3,)"
            R"("lastTransitionTime":"2027-01-15T08:00:00Z","reason":"Accepted",)"
            R"("message":"all of it"}],"listeners":[{"port":993,"protocol":"IMAP",)"
            R"("tls":"Implicit","conditions":[{"type":"Programmed","status":"True",)"
            R"("observedGeneration":3,"lastTransitionTime":"2027-01-15T08:00:00Z",)"
            R"("reason":"Programmed","message":""}]}],"backends":[{"name":"store",)"
            R"("ports":[{"protocol":"IMAP","port":10993,"tls":"StartTLS"}],)"
            R"("conditions":[{"type":"Available","status":"False","observedGeneration":3,)"
            R"("lastTransitionTime":"2027-01-15T08:00:00Z","reason":"NoReadyEndpoints",)"
            R"("message":"m"}]}],"protocols":"IMAP",)"
            R"("earliestCertificateExpiryTime":"2027-01-15T08:00:00Z","configVersion":"v1",)"
            R"("proxies":{"attached":2,"acknowledged":1,"rejected":0,"summary":"1/2"}}})");
}

TEST(StatusBody, has_no_empty_list) {
  MailServerStatus bare;
  bare.key = {"MailServer", "mail", "example"};
  EXPECT_EQ(status_body(bare).find("[]"), std::string::npos);
  MailClassStatus of_class;
  of_class.key = {"MailClass", "", "postern"};
  EXPECT_EQ(status_body(of_class).find("[]"), std::string::npos);
  EXPECT_EQ(status_body(of_class).find("namespace"), std::string::npos);
}

TEST(StatusBody, keeps_the_bounds_of_the_schema) {
  MailServerStatus long_one = status();
  long_one.conditions[0].message = std::string(20'000, '\xff');
  long_one.proxies.rejections = {
      {std::string(300, 'p'), "", "Invalid", std::string(600, 'f'), std::string(3000, 'm'), kThen}};
  const auto read = read_status(status_body(long_one));
  ASSERT_TRUE(read);
  EXPECT_LE(read->conditions.at(0).message.size(), 8192U);
  const std::string body = status_body(long_one);
  EXPECT_EQ(body.find(std::string(254, 'p')), std::string::npos);
  EXPECT_EQ(body.find(std::string(257, 'f')), std::string::npos);
  EXPECT_EQ(body.find(std::string(1025, 'm')), std::string::npos);
  EXPECT_NE(body.find(R"("configVersion":"unknown")"), std::string::npos);
}

TEST(StatusRead, finds_again_what_was_written) {
  const auto read = read_status(status_body(status()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key.path(), "mail/example");
  EXPECT_EQ(read->uid, "u1");
  EXPECT_EQ(read->generation, 3);
  ASSERT_EQ(read->conditions.size(), 1U);
  EXPECT_EQ(read->conditions[0].since, kThen);
  EXPECT_EQ(read->conditions[0].truth, Truth::True);
  EXPECT_EQ(read->listeners.at(0).port, 993);
  EXPECT_EQ(read->backends.at(0).conditions.at(0).reason, "NoReadyEndpoints");
}

TEST(StatusRead, leaves_out_what_it_does_not_understand) {
  EXPECT_FALSE(read_status("["));
  EXPECT_FALSE(read_status("[]"));
  EXPECT_FALSE(read_status("{}"));
  const auto read = read_status(
      R"({"metadata":{"name":"a"},"status":{"conditions":[{"type":"X","lastTransitionTime":"yesterday"},7]}})");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->conditions.empty());
}

std::string told(const MailServerStatus& before, const MailServerStatus& after) {
  std::string out;
  for (const Transition& one : transitions(before, after)) {
    out += (one.warning ? "!" : "") + one.reason + " ";
  }
  return out;
}

MailServerStatus with(const std::string& type, Truth truth, const std::string& reason) {
  MailServerStatus out;
  out.conditions = {{type, truth, reason, "words", 1, kThen}};
  return out;
}

TEST(Transitions, tell_what_begins_and_not_that_it_still_is) {
  const MailServerStatus on = with("Programmed", Truth::True, "Programmed");
  const MailServerStatus off = with("Programmed", Truth::False, "ProxyRejected");
  EXPECT_EQ(told({}, on), "Programmed ");
  EXPECT_EQ(told(on, on), "");
  EXPECT_EQ(told(on, off), "!ProxyRejected ");
  EXPECT_EQ(told(off, off), "");
  EXPECT_EQ(told(off, on), "Programmed ");
}

TEST(Transitions, have_one_word_for_bad_certificates) {
  for (const char* reason : {"InvalidCertificate", "KeyMismatch", "CertificateExpired"}) {
    EXPECT_EQ(told({}, with("ResolvedRefs", Truth::False, reason)), "!CertificateInvalid ");
  }
  EXPECT_EQ(told({}, with("ResolvedRefs", Truth::False, "RefNotPermitted")), "!RefNotPermitted ");
  EXPECT_EQ(told({}, with("ResolvedRefs", Truth::False, "SecretNotFound")), "");
}

TEST(Transitions, tell_of_a_name_that_a_listener_lost) {
  MailServerStatus after;
  after.listeners = {{993,
                      Protocol::Imap,
                      config::ListenerTls::Implicit,
                      {{"Conflicted", Truth::True, "HostnameConflict", "words", 1, kThen}}}};
  EXPECT_EQ(told({}, after), "!HostnameConflict ");
  EXPECT_EQ(told(after, after), "");
}

}  // namespace
}  // namespace postern::status
