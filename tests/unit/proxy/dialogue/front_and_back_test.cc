// ImapBack logs in to ImapFront through a pipe that cuts where it likes: whatever the backend's
// peer is told is what the client showed. The front plays the backend here, so every form of login
// that a back can choose is read by the grammar that reads clients.
#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "proxy/dialogue/imap_back.h"
#include "proxy/dialogue/imap_front.h"
#include "tests/unit/proxy/dialogue/back_play.h"
#include "tests/unit/proxy/dialogue/front_play.h"

namespace postern::dialogue {
namespace {

class Pipe {
 public:
  Pipe(BackLogin login, Offer offer, std::mt19937& random)
      : back_(std::move(login)), front_(std::move(offer), {}, ""), random_(random) {
    Reply greeting;
    (void)front_.greet(greeting);
    to_back_ += greeting.view();
  }

  // Until the back has logged in or failed.
  void run() {
    for (int turns = 0; turns < 100000 && !logged_in_ && !failed_; ++turns) {
      move(to_front_, at_front_);
      hear_front(Octets{at_front_});
      move(to_back_, at_back_);
      hear_back();
    }
  }

  [[nodiscard]] bool logged_in() const { return logged_in_; }
  [[nodiscard]] const std::optional<PasswordEvidence>& shown() const { return shown_; }

 private:
  void move(std::string& from, std::string& to) {
    const std::size_t size = random_() % 40;
    to += from.substr(0, size);
    from.erase(0, size);
  }

  void hear_front(FrontInput input) {
    Reply reply;
    auto turn = front_.on(std::move(input), reply);
    at_front_.erase(0, turn.consumed);
    to_back_ += reply.view();
    if (auto* attempt = std::get_if<Attempt>(&turn.step)) {
      shown_ = std::move(std::get<PasswordEvidence>(attempt->evidence));
      hear_front(Admitted{{"in", {"IMAP4rev1"}}});
    }
  }

  void hear_back() {
    Reply reply;
    const auto turn = back_.on(Octets{at_back_}, reply);
    at_back_.erase(0, turn.consumed);
    to_front_ += reply.view();
    logged_in_ = std::holds_alternative<LoggedIn>(turn.step);
    failed_ = std::holds_alternative<BackRefused>(turn.step);
  }

  ImapBack back_;
  ImapFront front_;
  std::mt19937& random_;
  std::string to_front_, at_front_, to_back_, at_back_;
  std::optional<PasswordEvidence> shown_;
  bool logged_in_ = false;
  bool failed_ = false;
};

// Printable ASCII, with what quoting and literals trip over, and some UTF-8.
std::string random_text(std::mt19937& random, std::size_t most) {
  static constexpr std::string_view kParts[] = {
      "a", "B", "7", " ",        "\"",           "\\", "{5}",  "{5+}", "*", "(",
      ")", "%", "]", "\xc3\xa4", "\xe2\x82\xac", "@",  "\\\"", "+",    "~", "NIL"};
  std::string text;
  const std::size_t size = 1 + random() % most;
  while (text.size() < size) text += kParts[random() % std::size(kParts)];
  return text;
}

BackLogin random_login(std::mt19937& random) {
  BackLogin login = login_of(random_text(random, 60), random_text(random, 300));
  using PasswordMechanism = BackLogin::PasswordMechanism;
  login.mechanism = std::array{PasswordMechanism::Auto, PasswordMechanism::Plain,
                               PasswordMechanism::Login}[random() % 3];
  login.pipelining = random() % 2 == 0;
  if (random() % 2 == 0) login.introduction = introduction();
  if (random() % 4 == 0) login.authzid = random_text(random, 20);
  return login;
}

Offer random_offer(std::mt19937& random) {
  static constexpr std::string_view kGreetings[] = {
      "ready",
      "[CAPABILITY IMAP4rev1] ready",
      "[CAPABILITY IMAP4rev1 LITERAL+] ready",
      "[CAPABILITY IMAP4rev1 LITERAL- ID] ready",
      "[CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready",
      "[CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN ID LITERAL+] ready",
      "[CAPABILITY IMAP4rev1 AUTH=PLAIN ID] ready"};
  Offer offer = offer_in_tls();
  offer.greeting = kGreetings[random() % std::size(kGreetings)];
  return offer;
}

TEST(FrontAndBack, what_is_shown_to_the_backend_is_what_the_client_showed) {
  std::mt19937 random(42);
  for (int i = 0; i < 1000; ++i) {
    BackLogin login = random_login(random);
    const std::string name = login.name;
    const std::string authzid = login.authzid;
    const std::string password(login.password.reveal());
    Pipe pipe(std::move(login), random_offer(random), random);
    pipe.run();
    ASSERT_TRUE(pipe.logged_in()) << i;
    ASSERT_TRUE(pipe.shown());
    ASSERT_EQ(pipe.shown()->name, name);
    ASSERT_EQ(pipe.shown()->authzid, authzid);
    ASSERT_EQ(pipe.shown()->password.reveal(), password);
  }
}

}  // namespace
}  // namespace postern::dialogue
