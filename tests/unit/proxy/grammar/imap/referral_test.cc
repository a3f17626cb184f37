#include "proxy/grammar/imap/referral.h"

#include <string>

#include <gtest/gtest.h>

namespace postern::grammar::imap {
namespace {

std::string read(std::string_view arguments) {
  const auto referral = parse_referral(arguments);
  if (!referral) return "none";
  return referral->user + "@" + referral->host + (referral->ip ? "!" : "") + ":" +
         (referral->port ? std::to_string(*referral->port) : "");
}

TEST(Referral, forms_of_the_rfc_and_of_dovecot_are_read) {
  EXPECT_EQ(read("IMAP://MIKE@SERVER2/"), "MIKE@server2:");
  EXPECT_EQ(read("imap://user;AUTH=*@SERVER2/"), "user@server2:");
  EXPECT_EQ(read("imap://user;auth=PLAIN@mail.example.com:143/"), "user@mail.example.com:143");
  EXPECT_EQ(read("imap://;AUTH=*@10.0.0.2:993/"), "@10.0.0.2!:993");
  EXPECT_EQ(read("imap://10.0.0.2/"), "@10.0.0.2!:");
  EXPECT_EQ(read("imap://a%40example.com@[2001:db8::1]:993/"), "a@example.com@2001:db8::1!:993");
  EXPECT_EQ(read("imap://[2001:DB8::1]/"), "@2001:db8::1!:");
}

TEST(Referral, of_several_the_first_is_given_and_all_must_be_well_formed) {
  EXPECT_EQ(read("imap://one/ imap://two/"), "@one:");
  EXPECT_EQ(read("imap://one/ http://two/"), "none");
}

TEST(Referral, whatever_is_no_address_of_a_server_is_refused) {
  for (const char* bad : {"",
                          " ",
                          "imap://",
                          "imap:///",
                          "imap://host",
                          "imaps://host/",
                          "http://host/",
                          "imap://host/INBOX",
                          "imap://host/;UID=1/",
                          "imap://host:/",
                          "imap://host:0/",
                          "imap://host:65536/",
                          "imap://host:14x/",
                          "imap://host:143:144/",
                          "imap://@host/",
                          "imap://a@b@host/",
                          "imap://ho st/",
                          "imap://host/ ",
                          " imap://host/",
                          "imap://-host/",
                          "imap://ho_st/",
                          "imap://host./",
                          "imap://[10.0.0.1]/",
                          "imap://[2001:db8::1/",
                          "imap://2001:db8::1/",
                          "imap://[::1%25eth0]/",
                          "imap://a%00@host/",
                          "imap://a%0d%0a@host/",
                          "imap://a%4@host/",
                          "imap://a%zz@host/",
                          "imap://a%c3%a9@host/",
                          "imap://a b@host/",
                          "imap://u;AUTH=@host/",
                          "imap://u;AUTH=a b@host/",
                          "imap://u;AUTH=*;AUTH=*@host/",
                          "imap://host/?x",
                          "imap://host?/",
                          "imap://\"host\"/"}) {
    EXPECT_EQ(read(bad), "none") << bad;
  }
  EXPECT_EQ(read("imap://" + std::string(1100, 'a') + "/"), "none");
}

TEST(Referral, every_beginning_of_a_good_one_is_refused) {
  const std::string good = "imap://user;AUTH=*@server-2.example:143/";
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(read(good.substr(0, size)), "none") << good.substr(0, size);
  }
}

}  // namespace
}  // namespace postern::grammar::imap
