#include "proxy/policy/names.h"

#include <string>

#include <gtest/gtest.h>

#include "common/base/limits.h"

namespace postern::policy {
namespace {

NameFault fault_of(std::string_view typed) { return canonical_mailbox(typed).error(); }

TEST(Names, are_made_lower_case) {
  EXPECT_EQ(canonical_mailbox("Alice@Example.COM").value(), "alice@example.com");
  EXPECT_EQ(canonical_mailbox("bob+Lists").value(), "bob+lists");
}

TEST(Names, keep_every_other_ascii_sign) {
  EXPECT_EQ(canonical_mailbox("o'neil \"x\"@[192.0.2.1]").value(), "o'neil \"x\"@[192.0.2.1]");
}

TEST(Names, beyond_ascii_are_refused) { EXPECT_EQ(fault_of("j\xC3\xBCrgen"), NameFault::NotAscii); }

TEST(Names, with_control_octets_are_refused) {
  EXPECT_EQ(fault_of(std::string_view("a\0b", 3)), NameFault::ControlOctet);
  EXPECT_EQ(fault_of("a\r\nb"), NameFault::ControlOctet);
  EXPECT_EQ(fault_of("a\x7F"), NameFault::ControlOctet);
}

TEST(Names, that_are_empty_are_refused) { EXPECT_EQ(fault_of(""), NameFault::Empty); }

TEST(Names, are_taken_at_the_limit_and_refused_above_it) {
  EXPECT_TRUE(canonical_mailbox(std::string(limits::kNameOctets, 'a')));
  EXPECT_EQ(fault_of(std::string(limits::kNameOctets + 1, 'a')), NameFault::TooLong);
}

config::UserNames names(std::string domain, char delimiter = 0, bool as_typed = false) {
  return {std::move(domain), delimiter, as_typed};
}

TEST(Names, without_a_domain_get_the_default_one_and_are_made_lower_case) {
  EXPECT_EQ(account_name("Anna", names("corvid.example")).value(), "anna@corvid.example");
  EXPECT_EQ(account_name("Anna@Acme.example", names("corvid.example")).value(),
            "anna@acme.example");
  EXPECT_EQ(account_name("anna@", names("corvid.example")).value(), "anna@");
  EXPECT_EQ(account_name("Anna", names("")).value(), "anna");
  EXPECT_EQ(account_name("", names("corvid.example")).error(), NameFault::Empty);
}

TEST(Names, stay_as_they_are_typed_where_nobody_makes_them_equal) {
  EXPECT_EQ(account_name("Anna", names("corvid.example", 0, true)).value(), "Anna@corvid.example");
  EXPECT_EQ(normalised("Anna\r\n", names("", 0, true)).error(), NameFault::ControlOctet);
}

TEST(Names, that_a_domain_makes_too_long_are_refused) {
  const std::string long_name(limits::kNameOctets - 4, 'a');
  EXPECT_EQ(account_name(long_name, names("corvid.example")).error(), NameFault::TooLong);
}

TEST(Names, of_mailboxes_leave_the_detail_out) {
  const config::UserNames plus = names("", '+');
  EXPECT_EQ(mailbox_name("anna+lists@acme.example", plus), "anna@acme.example");
  EXPECT_EQ(mailbox_name("anna+a+b", plus), "anna");
  EXPECT_EQ(mailbox_name("anna@acme+mail.example", plus), "anna@acme+mail.example");
  EXPECT_EQ(mailbox_name("anna+x@y@acme.example", plus), "anna@acme.example");
  EXPECT_EQ(mailbox_name("+lists@acme.example", plus), "+lists@acme.example");
  EXPECT_EQ(mailbox_name("anna-lists@acme.example", plus), "anna-lists@acme.example");
  EXPECT_EQ(mailbox_name("anna+lists@acme.example", names("")), "anna+lists@acme.example");
}

TEST(Names, have_a_word_for_every_fault) {
  for (const NameFault fault :
       {NameFault::Empty, NameFault::TooLong, NameFault::ControlOctet, NameFault::NotAscii}) {
    EXPECT_NE(name_of(fault), "?");
  }
}

}  // namespace
}  // namespace postern::policy
