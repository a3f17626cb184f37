#include "proxy/dialogue/imap_front.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/proxy/dialogue/front_play.h"

// What scripts cannot show; all else is in tests/dialogue/imap.
namespace postern::dialogue {
namespace {

std::size_t all() { return ~std::size_t{0}; }

Turn<FrontStep> say(ImapFront& front, ByteView octets, Reply& reply) {
  return front.on(Octets{octets}, reply);
}

TEST(ImapFront, holds_no_password_once_it_attempts) {
  ImapFront front(offer_in_tls(), {}, "");
  Reply reply;
  const std::size_t before = Secret::live();
  {
    const auto turn = say(front, "a1 LOGIN alice secret\r\n", reply);
    ASSERT_TRUE(std::holds_alternative<Attempt>(turn.step));
    EXPECT_EQ(Secret::live(), before + 1) << "the one in the attempt";
  }
  EXPECT_EQ(Secret::live(), before);
}

TEST(ImapFront, reads_nothing_until_the_verdict) {
  ImapFront front(offer_in_tls(), {}, "");
  Reply reply;
  const std::string octets = "a1 LOGIN alice secret\r\na2 NOOP\r\n";
  const auto turn = say(front, octets, reply);
  EXPECT_EQ(octets.substr(turn.consumed), "a2 NOOP\r\n");
  const auto early = say(front, octets.substr(turn.consumed), reply);
  EXPECT_EQ(early.consumed, 0U);
  EXPECT_TRUE(std::holds_alternative<Read>(early.step));
  EXPECT_TRUE(reply.empty());
}

TEST(ImapFront, answers_one_command_a_call_so_that_a_full_reply_stops_it) {
  ImapFront front(offer_in_tls(), {}, "");
  Reply reply;
  EXPECT_EQ(say(front, "a1 NOOP\r\na2 NOOP\r\n", reply).consumed, 9U);
  EXPECT_EQ(reply.view(), "a1 OK completed\r\n");
}

TEST(ImapFront, offers_no_cram_md5_without_a_challenge) {
  ImapFront front(offer_in_tls(), {}, "");
  Reply reply;
  (void)say(front, "a1 CAPABILITY\r\n", reply);
  EXPECT_EQ(reply.view().find("CRAM"), ByteView::npos);
  (void)say(front, "a2 AUTHENTICATE CRAM-MD5\r\n", reply);
  EXPECT_NE(reply.view().find("a2 NO [CANNOT]"), ByteView::npos);
}

TEST(ImapFront, forgets_a_half_command_from_before_tls) {
  Offer offer = offer_in_tls();
  offer.tls = Offer::Tls::Offered;
  ImapFront front(offer, {}, "");
  Reply reply;
  (void)say(front, "a1 STARTTLS\r\n", reply);
  reply.clear();
  (void)front.on(TlsUp{offer_in_tls()}, reply);
  EXPECT_TRUE(reply.empty()) << "no second greeting";
  (void)say(front, "a2 NOOP\r\n", reply);
  EXPECT_EQ(reply.view(), "a2 OK completed\r\n");
}

TEST(ImapFront, ST11_forgets_what_was_claimed_before_tls) {
  Offer offer = offer_in_tls();
  offer.tls = Offer::Tls::Offered;
  ImapFront front(offer, {}, "");
  Reply reply;
  (void)say(front, "a1 ID (\"x-proxy-ttl\" \"1\")\r\n", reply);
  (void)say(front, "a2 STARTTLS\r\n", reply);
  (void)front.on(TlsUp{offer_in_tls()}, reply);
  const auto turn = say(front, "a3 LOGIN alice secret\r\n", reply);
  EXPECT_FALSE(std::get<Attempt>(turn.step).ttl);
}

// A client that says what it likes: whole commands, halves, literals, answers, noise. Its name and
// password have a '<', so that they are not reflected as a tag when they come as a line.
std::string random_session(std::mt19937& random) {
  static constexpr std::string_view kParts[] = {
      "a1 NOOP\r\n",
      "a2 CAPABILITY\r\n",
      "a3 LOGIN al<ce s<cret\r\n",
      "a4 LOGIN {5}\r\n",
      "al<ce {6}\r\n",
      "s<cret\r\n",
      "a5 LOGIN {5+}\r\nal<ce {6+}\r\ns<cret\r\n",
      "a6 AUTHENTICATE PLAIN\r\n",
      "AGFsPGNlAHM8Y3JldA==\r\n",
      "a7 AUTHENTICATE LOGIN\r\n",
      "YWw8Y2U=\r\n",
      "*\r\n",
      "a8 AUTHENTICATE XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHQBAQ==\r\n",
      "a9 ID (\"name\" \"x\")\r\n",
      "b1 ID NIL\r\n",
      "b2 NOSUCH {4+}\r\nabcd\r\n",
      "\r\n",
      "b3",
      " ",
      "\"",
      "{",
      "}",
      "\n",
      "\r",
      "b4 LOGIN \"al\\\"ice\" {99999}\r\n",
      "b5 STARTTLS\r\n",
      "b6 LOGIN a b c\r\n",
      "(((",
      "b7 LOGIN {3+}\r\na\r\n b\r\n"};
  std::string session = "a0 NOOP\r\n";
  for (int i = 0; i < 40; ++i) session += kParts[random() % std::size(kParts)];
  return session;
}

TEST(ImapFront, says_and_wants_the_same_however_it_is_cut) {  // I2.2
  std::mt19937 random(20260821);
  for (int i = 0; i < 700; ++i) {
    const std::string session = random_session(random);
    FrontPlay whole;
    whole.hear(session, all);
    FrontPlay cut;
    cut.hear(session, [&] { return 1 + random() % 9; });
    ASSERT_EQ(cut.transcript(), whole.transcript()) << "session " << i << ":\n" << session;
  }
}

TEST(ImapFront, never_says_much_more_than_it_hears) {  // I2.5
  std::mt19937 random(7);
  for (int i = 0; i < 700; ++i) {
    const std::string session = random_session(random);
    FrontPlay play;
    play.hear(session, all);
    ASSERT_LE(play.said().size(), 16 * session.size() + 4096);
  }
}

TEST(ImapFront, never_says_what_was_shown_to_it) {  // I2.4
  std::mt19937 random(8);
  for (int i = 0; i < 500; ++i) {
    FrontPlay play;
    play.hear(random_session(random), all);
    ASSERT_EQ(play.said().find("s<cret"), std::string::npos);
    ASSERT_EQ(play.said().find("al<ce"), std::string::npos);
  }
}

TEST(ImapFront, ends_whoever_only_makes_noise) {
  std::mt19937 random(9);
  for (int i = 0; i < 200; ++i) {
    std::string noise;
    for (int k = 0; k < 20000; ++k) noise.push_back(static_cast<char>(random()));
    FrontPlay play;
    play.hear(noise, [&] { return 1 + random() % 2000; });
    ASSERT_TRUE(play.over());
    ASSERT_EQ(play.attempts(), 0);
  }
}

}  // namespace
}  // namespace postern::dialogue
