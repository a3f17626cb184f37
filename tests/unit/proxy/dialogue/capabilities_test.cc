#include "proxy/dialogue/capabilities.h"

#include <gtest/gtest.h>

#include "proxy/dialogue/imap_words.h"

namespace postern::dialogue {
namespace {

TEST(Capabilities, of_before_login_stand_in_the_order_of_nginx) {
  Offer offer;
  offer.capabilities = {"IMAP4", "IMAP4rev1", "UIDPLUS"};
  offer.mechanisms = {Mechanism::OAuthBearer, Mechanism::CramMd5, Mechanism::Plain};
  offer.tls = Offer::Tls::Offered;
  offer.login_allowed = true;
  EXPECT_EQ(imap_capabilities(offer),
            "IMAP4 IMAP4rev1 UIDPLUS AUTH=PLAIN AUTH=CRAM-MD5 AUTH=OAUTHBEARER STARTTLS SASL-IR");
  offer.login_allowed = false;
  EXPECT_EQ(imap_capabilities(offer), "IMAP4 IMAP4rev1 UIDPLUS STARTTLS LOGINDISABLED");
}

TEST(Capabilities, allow_login_by_plain_or_by_login) {
  Offer offer;
  offer.login_allowed = true;
  for (const Mechanism m : kMechanisms) {
    offer.mechanisms = {m};
    EXPECT_EQ(takes_passwords(offer), m == Mechanism::Plain || m == Mechanism::Login);
  }
  offer.mechanisms = {Mechanism::Plain};
  offer.login_allowed = false;
  EXPECT_FALSE(takes_passwords(offer));
}

TEST(Capabilities, announce_what_is_listed_and_open_login_to_what_is_taken_besides) {
  Offer offer;
  offer.login_allowed = true;
  offer.mechanisms = {Mechanism::CramMd5};
  offer.unannounced = {Mechanism::Plain, Mechanism::Login};
  EXPECT_EQ(imap_capabilities(offer), "AUTH=CRAM-MD5 SASL-IR");
  EXPECT_TRUE(takes_passwords(offer));
  offer.login_allowed = false;
  EXPECT_FALSE(takes_passwords(offer));
}

TEST(Capabilities, of_after_login_lose_what_makes_no_sense_then) {
  EXPECT_EQ(imap_capabilities_after_login({"IMAP4rev1", "starttls", "LoginDisabled", "auth=plain",
                                           "compress=DEFLATE", "unauthenticate", "IDLE"}),
            "IMAP4rev1 IDLE");
  EXPECT_EQ(imap_capabilities_after_login({}), "");
}

TEST(Capabilities, of_after_login_are_atoms_and_bounded_or_not_shown) {
  EXPECT_EQ(imap_capabilities_after_login({"IMAP4rev1", "ID]"}), "");
  EXPECT_EQ(imap_capabilities_after_login({"IMAP4rev1", "A\r\nB"}), "");
  EXPECT_EQ(imap_capabilities_after_login({std::string(5000, 'X')}), "");
}

TEST(ImapWords, replace_what_is_not_fit) {
  EXPECT_EQ(fit_for_reply("fine", "else"), "fine");
  EXPECT_EQ(fit_for_reply("", "else"), "else");
  EXPECT_EQ(fit_for_reply("[ALERT] x", "else"), "else");
  EXPECT_EQ(fit_for_reply("a\nb", "else"), "else");
  EXPECT_EQ(fit_for_reply(std::string(511, 'a') + "\xc3\xa9", "else"), std::string(511, 'a'))
      << "no half character at the cut";
}

TEST(ImapWords, keep_status_and_code_of_the_table) {
  EXPECT_EQ(reworded("NO [CODE] ours", "theirs"), "NO [CODE] theirs");
  EXPECT_EQ(reworded("BAD ours", "theirs"), "BAD theirs");
  EXPECT_EQ(reworded("NO [CODE] ours", "[OTHER] theirs"), "NO [CODE] ours");
  EXPECT_EQ(reworded("NO [CODE] ours", ""), "NO [CODE] ours");
}

}  // namespace
}  // namespace postern::dialogue
