#include "common/identity/identity.h"

#include <string>

#include <gtest/gtest.h>

namespace postern::identity {
namespace {

TEST(Identity, is_written_and_read_as_one_uri) {
  EXPECT_EQ(uri_of({Role::Controller, "mail"}), "spiffe://postern/class/mail/controller");
  EXPECT_EQ(uri_of({Role::Proxy, "eu.mail-1"}), "spiffe://postern/class/eu.mail-1/proxy");
  for (const Role role : {Role::Controller, Role::Proxy}) {
    const Identity who{role, "eu.mail-1"};
    const auto read = read_uri(uri_of(who));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(*read, who);
  }
}

TEST(Identity, takes_no_other_uri) {
  for (const char* uri : {
           "",
           "spiffe://postern/class/mail",
           "spiffe://postern/class/mail/",
           "spiffe://postern/class/mail/proxy/",
           "spiffe://postern/class/mail/admin",
           "spiffe://postern/class/mail/Proxy",
           "spiffe://postern/class//proxy",
           "spiffe://postern/class/a/b/proxy",
           "spiffe://postern/class/../proxy",
           "spiffe://postern/class/Mail/proxy",
           "spiffe://postern/class/mail%2f/proxy",
           "spiffe://postern.example/class/mail/proxy",
           "SPIFFE://postern/class/mail/proxy",
           "https://postern/class/mail/proxy",
           " spiffe://postern/class/mail/proxy",
           "spiffe://postern/class/mail/proxy\n",
       }) {
    EXPECT_FALSE(read_uri(uri)) << uri;
  }
}

TEST(Identity, is_not_cut_at_a_nul) {
  const std::string uri("spiffe://postern/class/mail\0x/proxy", 35);
  EXPECT_FALSE(read_uri(uri));
  EXPECT_FALSE(read_uri(std::string("spiffe://postern/class/mail/proxy\0", 34)));
}

TEST(Identity, shows_a_foreign_uri_without_its_control_octets) {
  const auto read = read_uri("spiffe://\x1b[31m");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().find('\x1b'), std::string::npos);
}

TEST(Identity, class_names_can_be_written_into_a_uri) {
  for (const char* name : {"mail", "a", "0", "eu.mail-1"}) EXPECT_TRUE(is_class_name(name)) << name;
  for (const char* name : {"", ".", "-a", "a-", "A", "a/b", "a b", "a%", "\xc3\xa4"}) {
    EXPECT_FALSE(is_class_name(name)) << name;
  }
  EXPECT_TRUE(is_class_name(std::string(253, 'a')));
  EXPECT_FALSE(is_class_name(std::string(254, 'a')));
}

}  // namespace
}  // namespace postern::identity
