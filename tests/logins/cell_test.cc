#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/logins/cell_login.h"
#include "tests/logins/cell_world.h"
#include "tests/support/committed_page.h"

namespace postern::logins {
namespace {

std::string where(Mechanism mechanism, const ProviderKind& provider, const std::string& method) {
  return fmt::format("{} by {}, method {}", name_of(mechanism), provider.title, method);
}

// The rule of the reference: what the backend decides on is given to it as it was shown, and
// nothing of ours goes with it.
TEST(Logins, where_they_are_taken_lead_to_the_mail_pod_in_every_cell) {
  for (const ProviderKind& provider : provider_kinds()) {
    for (const std::string& method : methods()) {
      for (const Mechanism mechanism : kMechanisms) {
        const Cell cell = build_cell(mechanism, provider, method);
        if (!cell.works()) continue;
        const Ended ended = log_in(cell, mechanism);
        EXPECT_FALSE(ended.words.empty()) << where(mechanism, provider, method);
        EXPECT_EQ(ended.words.find('?'), std::string::npos) << ended.words;
        const bool of_ours = ended.words.find("master") != ended.words.npos ||
                             ended.words.find("EXTERNAL") != ended.words.npos;
        EXPECT_EQ(of_ours, method == "MasterUser" || method == "ClientCertificate")
            << where(mechanism, provider, method);
      }
    }
  }
}

TEST(Logins, that_cannot_work_are_refused_with_a_reason_when_they_are_written) {
  for (const ProviderKind& provider : provider_kinds()) {
    for (const std::string& method : methods()) {
      for (const Mechanism mechanism : kMechanisms) {
        const Cell cell = build_cell(mechanism, provider, method);
        const bool is_served = cell.only<config::Listener>() != nullptr;
        EXPECT_EQ(cell.works(), is_served) << where(mechanism, provider, method);
        for (const std::string& refusal : cell.refusals) {
          EXPECT_GT(refusal.size(), 30U) << refusal;
        }
      }
    }
  }
}

constexpr const char* kHead = R"(# Which logins work

This page is printed from the code: each cell was written as a manifest, built, and where that was taken, a client
logged in through it.
Rows are what the client uses, columns the `login.method` of the backend; a cell says what the mail pod hears of the
user `joe` once he was let in.
*If returned*: the provider has to return a password with its yes, for nothing else is left; without one the client is
told that logins do not work now, and the log says why.
A number is a reason below: the combination is refused when it is written.
EXTERNAL needs `spec.tls.clientCertificates`, but for services of strictness Nginx, which decide by the name alone.

Users on whom the provider `backend` decides are given to the pod with what they have shown, whatever the method
beside another provider: the rights of a master user are never lent to whom nobody has verified.
The proxy says PLAIN as `AUTHENTICATE` where the pod shows it, and as `LOGIN` else.

)";

class Page {
 public:
  Page() {
    for (const ProviderKind& provider : provider_kinds()) add(provider);
    text_ += "## Why not\n\n";
    for (const std::string& reason : reasons_) {
      text_ += fmt::format("{}. {}\n", ++printed_, reason);
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void add(const ProviderKind& provider) {
    text_ += fmt::format("## Provider {}\n\n| |", provider.title);
    for (const std::string& method : methods()) text_ += fmt::format(" {} |", method);
    text_ += "\n|---|";
    for (std::size_t i = 0; i < methods().size(); ++i) text_ += "---|";
    text_ += "\n";
    for (const Mechanism mechanism : kMechanisms) {
      text_ += fmt::format("| {} |", name_of(mechanism));
      for (const std::string& method : methods()) {
        text_ += " " + cell(mechanism, provider, method) + " |";
      }
      text_ += "\n";
    }
    text_ += "\n";
  }

  std::string cell(Mechanism mechanism, const ProviderKind& provider, const std::string& method) {
    const Cell built = build_cell(mechanism, provider, method);
    if (built.works()) {
      const Ended ended = log_in(built, mechanism);
      return ended.words + (ended.returned ? "; *if returned*" : "");
    }
    const std::string& reason = built.refusals.front();
    const auto known = std::find(reasons_.begin(), reasons_.end(), reason);
    const auto number = known - reasons_.begin() + 1;
    if (known == reasons_.end()) reasons_.push_back(reason);
    return fmt::format("({})", number);
  }

  std::string text_ = kHead;
  std::vector<std::string> reasons_;
  int printed_ = 0;
};

TEST(Logins, page_is_what_the_code_does) {
  test::expect_committed("docs/logins.md", Page().text());
}

}  // namespace
}  // namespace postern::logins
