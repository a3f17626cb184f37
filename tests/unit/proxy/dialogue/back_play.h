// BackPlay: an ImapBack and the octets between it and a backend that the test plays.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "proxy/dialogue/imap_back.h"

namespace postern::dialogue {

class BackPlay {
 public:
  explicit BackPlay(BackLogin login) : back_(std::move(login)) {}

  // What it says to these octets, and to those that were left.
  std::string hear(ByteView octets) {
    inbox_ += octets;
    std::string said;
    while (over_ == false) {
      Reply reply;
      auto turn = back_.on(Octets{inbox_}, reply);
      said += reply.view();
      inbox_.erase(0, turn.consumed);
      const bool idle = std::holds_alternative<Read>(turn.step) && turn.consumed == 0;
      take(std::move(turn.step));
      if (idle || inbox_.empty()) break;
    }
    return said;
  }
  std::string hear(BackInput input) {
    Reply reply;
    take(back_.on(std::move(input), reply).step);
    over_ = false;
    return std::string(reply.view());
  }

  [[nodiscard]] const std::string& left() const { return inbox_; }
  [[nodiscard]] const char* state() const { return back_.state(); }
  [[nodiscard]] bool wants_tls() const { return std::holds_alternative<StartTls>(step_); }
  [[nodiscard]] const LoggedIn* logged_in() const { return std::get_if<LoggedIn>(&step_); }
  [[nodiscard]] const BackRefused* refused() const { return std::get_if<BackRefused>(&step_); }
  [[nodiscard]] std::string_view failure() const {
    return refused() == nullptr ? "" : row_of(refused()->failure).name;
  }

 private:
  void take(BackStep step) {
    step_ = std::move(step);
    over_ = !std::holds_alternative<Read>(step_);
  }

  ImapBack back_;
  std::string inbox_;
  BackStep step_ = Read{};
  bool over_ = false;
};

inline BackLogin login_of(ByteView name, ByteView password) {
  BackLogin login;
  login.name = name;
  login.password = Secret(password);
  login.tag = "qwertyui";
  return login;
}

inline Introduction introduction() { return {"192.0.2.7", 50000, "198.51.100.1", 993, "s-1", 5}; }

}  // namespace postern::dialogue
