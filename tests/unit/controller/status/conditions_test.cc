#include "controller/status/conditions.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "controller/model/reasons.h"

namespace postern::status {
namespace {

using model::Severity;

model::Problem problem(const std::string& reason, Severity severity = Severity::Refused,
                       const std::string& field = "spec.x") {
  model::Problem out;
  out.field = field;
  out.reason = reason;
  out.message = "words of " + reason;
  out.severity = severity;
  return out;
}

// One MailServer that every proxy runs, with what was said of it.
struct Told {
  explicit Told(model::Problems problems = {}, bool served = true) {
    verdict.accepted = served;
    verdict.problems = std::move(problems);
    known.verdict = &verdict;
    known.programming.attached = 2;
    known.programming.acknowledged = 2;
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

  // "False SecretNotFound"; "absent".
  [[nodiscard]] std::string condition(std::string_view type) const {
    for (const Condition& one : conditions_of(known)) {
      if (one.type == type) return std::string(word_of(one.truth)) + " " + one.reason;
    }
    return "absent";
  }
  [[nodiscard]] std::string message(std::string_view type) const {
    for (const Condition& one : conditions_of(known)) {
      if (one.type == type) return one.message;
    }
    return "absent";
  }

  build::Verdict verdict;
  Known known;
};

using Reasons = std::vector<const char*>;

// The table of the reference: reasons are API.
TEST(Conditions, reasons_belong_where_the_reference_says) {
  const std::pair<const char*, Reasons> table[] = {
      {"Accepted",
       {"Invalid", "HostnameNotAllowed", "DomainNotAllowed", "NoListeners", "UnsupportedValue",
        "MechanismUnavailable", "FilterNotAllowed", "ClassNotFound", "NamespaceNotAllowed",
        "TooManyMailServers", "NotSupportedYet", "PartiallyAccepted"}},
      {"ResolvedRefs",
       {"SecretNotFound", "ConfigMapNotFound", "ServiceNotFound", "PortNotFound",
        "InvalidCertificate", "KeyMismatch", "CertificateExpired", "HostnameNotCovered",
        "InvalidTable", "InvalidSecret", "RefNotPermitted", "EgressNotAllowed", "NameNotResolved"}},
      {"InsecureSettings",
       {"PlaintextLogin", "BackendPlaintext", "BackendUnverified", "ObsoleteTLS",
        "ProviderPlaintext", "ProviderUnverified", "TrustsEverybody", "LenientProvider",
        "ProtectedEgress"}},
      {"CertificateExpiringSoon", {"Expiring"}},
      {"Conflicted",
       {"ProtocolConflict", "ProxyProtocolConflict", "SetByClass", "HostnameConflict",
        "DomainConflict"}},
  };
  for (const auto& [condition, reasons] : table) {
    for (const char* reason : reasons) EXPECT_EQ(condition_of(reason), condition) << reason;
  }
}

TEST(Conditions, page_of_reasons_has_them_where_they_are_told) {
  for (const model::ReasonRow& row : model::reason_rows()) {
    const bool by_problems = row.condition == "ResolvedRefs" || row.condition == "InsecureSettings";
    const bool of_its_own = row.reason == "Several" || row.truth == "Unknown" ||
                            row.reason == row.condition || !row.not_told.empty();
    if (!by_problems || of_its_own) continue;
    EXPECT_EQ(condition_of(row.reason), row.condition) << row.reason;
  }
}

TEST(Conditions, backend_in_doubt_is_available_and_says_why) {
  Told told;
  told.verdict.backends = {{"mailbox", {}, "", "", "UnstableMembers", "write statefulSet"}};
  const Condition available = backends_of(told.known).front().conditions.front();
  EXPECT_EQ(available.truth, Truth::True);
  EXPECT_EQ(available.reason, "UnstableMembers");
  EXPECT_EQ(available.message, "write statefulSet");
}

TEST(Conditions, parts_have_the_word_of_the_api_too) {
  Told told;
  told.verdict.backends = {{"mailbox", {}, "InvalidField", "spec.backends[0]: is wrong"}};
  told.verdict.listeners = {
      {143, Protocol::Imap, config::ListenerTls::StartTls, "InvalidField", "is wrong"}};
  EXPECT_EQ(backends_of(told.known).front().conditions.front().reason, "Invalid");
  EXPECT_EQ(listeners_of(told.known).front().conditions.front().reason, "Invalid");
}

TEST(Conditions, all_is_well) {
  const Told told;
  EXPECT_EQ(told.condition("Accepted"), "True Accepted");
  EXPECT_EQ(told.condition("ResolvedRefs"), "True ResolvedRefs");
  EXPECT_EQ(told.condition("Programmed"), "True Programmed");
  EXPECT_EQ(told.condition("Ready"), "True Ready");
  EXPECT_EQ(told.condition("InsecureSettings"), "absent");
  EXPECT_EQ(told.condition("CertificateExpiringSoon"), "absent");
}

TEST(Conditions, what_nobody_has_looked_at_is_unknown) {
  const Known known;
  for (const Condition& one : conditions_of(known)) {
    if (one.type == "Programmed") continue;
    EXPECT_EQ(one.truth, Truth::Unknown) << one.type;
    EXPECT_EQ(one.reason, "Pending") << one.type;
  }
}

TEST(Conditions, class_that_does_not_allow_it_says_so) {
  for (const char* reason : {"ClassNotFound", "NamespaceNotAllowed", "TooManyMailServers",
                             "DomainNotAllowed", "HostnameNotAllowed"}) {
    const Told told({problem(reason)}, false);
    EXPECT_EQ(told.condition("Accepted"), std::string("False ") + reason);
    EXPECT_EQ(told.condition("Ready"), std::string("False ") + reason);
  }
}

TEST(Conditions, what_is_left_is_accepted_in_part_and_the_message_lists_what_is_off) {
  const Told told({problem("HostnameNotAllowed", Severity::Refused, "spec.hostnames[1]"),
                   problem("PartiallyAccepted", Severity::Refused, "spec.limits.maxErrors")});
  EXPECT_EQ(told.condition("Accepted"), "True PartiallyAccepted");
  EXPECT_EQ(told.message("Accepted"),
            "spec.hostnames[1]: words of HostnameNotAllowed; spec.limits.maxErrors: words of "
            "PartiallyAccepted");
  EXPECT_EQ(told.condition("Ready"), "True Ready") << "clients are served";
}

TEST(Conditions, wrong_field_has_the_word_of_the_api) {
  Told told({}, false);
  const model::Problems unreadable = {problem("InvalidField")};
  told.known.unreadable = &unreadable;
  told.known.verdict = nullptr;
  EXPECT_EQ(told.condition("Accepted"), "False Invalid");
}

TEST(Conditions, target_that_is_closed_is_a_reference_that_is_not_resolved) {
  const Told told({problem("EgressNotAllowed")});
  EXPECT_EQ(told.condition("Accepted"), "True Accepted");
  EXPECT_EQ(told.condition("ResolvedRefs"), "False EgressNotAllowed");
  EXPECT_EQ(told.condition("Ready"), "False EgressNotAllowed");
}

TEST(Conditions, several_warnings_are_several_and_all_are_in_the_message) {
  const Told one({problem("PlaintextLogin", Severity::Warning, "spec.a"),
                  problem("PlaintextLogin", Severity::Warning, "spec.b")});
  EXPECT_EQ(one.condition("InsecureSettings"), "True PlaintextLogin");
  const Told several({problem("PlaintextLogin", Severity::Warning, "spec.a"),
                      problem("ObsoleteTLS", Severity::Warning, "spec.b")});
  EXPECT_EQ(several.condition("InsecureSettings"), "True Several");
  EXPECT_EQ(several.message("InsecureSettings"),
            "spec.a: words of PlaintextLogin; spec.b: words of ObsoleteTLS");
  EXPECT_EQ(several.condition("Accepted"), "True Accepted") << "a warning takes nothing down";
}

TEST(Conditions, proxies_say_what_is_programmed) {
  Told told;
  Programming& on = told.known.programming;
  on = {.attached = 0, .rejection = ""};
  EXPECT_EQ(told.condition("Programmed"), "False NoProxies");
  on = {.attached = 3, .acknowledged = 1, .rejection = ""};
  EXPECT_EQ(told.condition("Programmed"), "False Pending");
  on = {.attached = 3, .acknowledged = 2, .rejected = 1, .rejection = "no such suite"};
  EXPECT_EQ(told.condition("Programmed"), "False PartiallyProgrammed");
  EXPECT_EQ(told.message("Programmed"), "1 of 3 proxies refuse it: no such suite");
  on = {.attached = 3, .acknowledged = 0, .rejected = 3, .rejection = "no such suite"};
  EXPECT_EQ(told.condition("Programmed"), "False ProxyRejected");
  on.too_old = true;
  EXPECT_EQ(told.condition("Programmed"), "False ProxyTooOld");
}

TEST(Conditions, port_that_the_class_does_not_open_is_a_listener_that_is_off) {
  Told told;
  told.verdict.listeners = {{.port = 143, .off_reason = "PortNotServed", .off_message = "m"},
                            {.port = 993, .off_reason = "ProtocolConflict", .off_message = "n"},
                            {.port = 995, .off_reason = "", .off_message = ""}};
  const auto listeners = listeners_of(told.known);
  ASSERT_EQ(listeners.size(), 3U);
  ASSERT_EQ(listeners[0].conditions.size(), 1U);
  EXPECT_EQ(listeners[0].conditions[0].reason, "PortNotServed");
  EXPECT_EQ(listeners[0].conditions[0].truth, Truth::False);
  ASSERT_EQ(listeners[1].conditions.size(), 2U);
  EXPECT_EQ(listeners[1].conditions[1].type, "Conflicted");
  EXPECT_EQ(listeners[1].conditions[1].reason, "ProtocolConflict");
  ASSERT_EQ(listeners[2].conditions.size(), 1U);
  EXPECT_EQ(listeners[2].conditions[0].reason, "Programmed");
}

}  // namespace
}  // namespace postern::status
