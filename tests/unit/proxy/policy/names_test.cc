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

TEST(Names, have_a_word_for_every_fault) {
  for (const NameFault fault :
       {NameFault::Empty, NameFault::TooLong, NameFault::ControlOctet, NameFault::NotAscii}) {
    EXPECT_NE(name_of(fault), "?");
  }
}

}  // namespace
}  // namespace postern::policy
