// A history with a clock that the test owns, and logins as one line each.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "proxy/quota/history.h"
#include "tests/support/manual_clock.h"

namespace postern::quota::test {

using std::chrono::seconds;

[[nodiscard]] inline IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

class HistoryTest : public ::testing::Test {
 protected:
  [[nodiscard]] Attempt attempt(const IpAddress& source, std::string_view user,
                                std::string_view password = "") const {
    return {source, "mail/example", user, password, clock_.now()};
  }
  [[nodiscard]] Verdict ask(const IpAddress& source, std::string_view user) const {
    return history_.before_asking(attempt(source, user), protection_, clock_.now());
  }
  void fail(const IpAddress& source, std::string_view user, std::string_view password = "",
            Guess guess = Guess::WrongPassword) {
    history_.failed(attempt(source, user, password), protection_, clock_.now(), guess);
  }
  void log_in(const IpAddress& source, std::string_view user) {
    history_.succeeded(attempt(source, user), protection_, clock_.now());
  }
  void rates_off() { protection_.per_source = protection_.per_user = {}; }
  void expect_free(const IpAddress& source, std::string_view user) {
    const Verdict verdict = ask(source, user);
    EXPECT_EQ(verdict.wait, Duration{0}) << source.text() << " " << user;
    EXPECT_EQ(verdict.block, Block::None) << source.text() << " " << user;
  }

  postern::test::ManualClock clock_;
  config::LoginProtection protection_;
  History history_{1U << 11U};
};

}  // namespace postern::quota::test
