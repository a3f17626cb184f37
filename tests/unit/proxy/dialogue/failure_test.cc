#include "proxy/dialogue/failure.h"

#include <gtest/gtest.h>

#include <set>

#include "common/base/ascii.h"
#include "tests/support/committed_page.h"

namespace postern::dialogue {
namespace {

bool one_line(std::string_view words) { return is_ascii(words) && !has_control(words); }

TEST(Failures, each_has_words_in_each_protocol) {
  for (const FailureRow& row : failure_rows()) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(&row_of(row.failure), &row);
    EXPECT_TRUE(row.imap.starts_with("NO [") || row.imap.starts_with("BAD ") ||
                row.failure == Failure::None);
    EXPECT_TRUE(row.pop3.starts_with("-ERR ") || row.failure == Failure::None);
    ASSERT_GT(row.smtp.size(), 10U);
    EXPECT_TRUE(is_digit(row.smtp[0]) && is_digit(row.smtp[1]) && is_digit(row.smtp[2]));
    EXPECT_EQ(row.smtp[0], row.smtp[4]) << "basic and enhanced code are of one class";
    for (const std::string_view words : {row.imap, row.pop3, row.smtp}) {
      EXPECT_TRUE(one_line(words)) << words;
    }
    EXPECT_TRUE(row.meaning.ends_with(".") && row.meaning.size() > 20);
    EXPECT_FALSE(without_status(row.imap).empty());
  }
}

TEST(Failures, have_names_that_can_be_labels) {
  std::set<std::string_view> names;
  for (const FailureRow& row : failure_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    for (const char c : row.name) {
      EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '_' || is_digit(c)) << row.name;
    }
  }
}

TEST(Failures, never_read_like_a_wrong_password_unless_they_are_one) {
  for (const FailureRow& row : failure_rows()) {
    const bool wrong = row.failure == Failure::CredentialsRefused ||
                       row.failure == Failure::BackendRefusedLogin ||
                       row.failure == Failure::ClientTooManyFailures;
    EXPECT_EQ(row.imap.find("AUTHENTICATIONFAILED") != std::string_view::npos, wrong) << row.name;
    EXPECT_EQ(row.smtp.starts_with("535"), wrong && row.failure != Failure::ClientTooManyFailures)
        << row.name;
  }
}

TEST(Failures, of_a_backend_name_neither_host_nor_reason) {
  const std::string_view words = row_of(Failure::BackendUnreachable).imap;
  for (const Failure failure : {Failure::BackendTls, Failure::BackendProtocol, Failure::BackendBusy,
                                Failure::BackendTimeout, Failure::NoRoute}) {
    EXPECT_EQ(row_of(failure).imap, words);
  }
  EXPECT_EQ(row_of(Failure::BackendRefusedLogin).imap, row_of(Failure::CredentialsRefused).imap)
      << "who refused must not be seen (LI13)";
}

TEST(Failures, page_is_the_table) { test::expect_committed("docs/errors.md", errors_markdown()); }

}  // namespace
}  // namespace postern::dialogue
