// Runs a CommandReader over octets in fragments and writes down what it said, a line an event.
#pragma once

#include <string>

#include "proxy/grammar/imap/command.h"
#include "tests/support/fragmenter.h"

namespace postern::grammar::imap {

// How literals are decided about: those of up to this size are accepted where they fit.
struct Taste {
  std::uint64_t literal_octets = 1000;
  std::size_t command_octets = 8192;
};

inline std::string text_of(const Arguments& arguments) {
  std::string out;
  if (const auto* const login = std::get_if<LoginArguments>(&arguments)) {
    out = " " + login->name + "|" + std::string(login->password.reveal());
  } else if (const auto* const auth = std::get_if<AuthenticateArguments>(&arguments)) {
    out = " " + auth->mechanism;
    if (auth->initial_response) out += "|" + std::string(auth->initial_response->reveal());
  } else if (const auto* const id = std::get_if<IdArguments>(&arguments)) {
    for (const auto& [key, value] : id->pairs) out += " " + key + "=" + value.value_or("NIL");
  }
  return out;
}

inline std::string text_of(const Command& command) {
  return command.tag + " " + std::string(name_of(command.verb)) + command.word +
         text_of(command.arguments);
}

inline std::string text_of(const BadCommand& bad) {
  return (bad.closes() ? "close " : "bad ") + bad.tag;
}

inline std::string text_of(const LiteralAnnounced& literal) {
  const bool waits = literal.mode == LiteralMode::Synchronising;
  return literal.tag + " " + std::string(name_of(literal.verb)) + "#" +
         std::to_string(literal.argument) + "{" + std::to_string(literal.size) +
         (waits ? "}" : "+}");
}

class CommandScribe {
 public:
  explicit CommandScribe(Taste taste) : taste_(taste), reader_(taste.command_octets) {}

  void take(ByteView octets) {
    while (!closed_) {
      CommandRead one = reader_.read(octets);
      octets.remove_prefix(one.consumed);
      if (std::holds_alternative<NeedMore>(one.event)) {
        overlooked_ = overlooked_ || !octets.empty();
        return;
      }
      note(one.event);
    }
  }
  // Whether NeedMore ever left octets behind.
  [[nodiscard]] bool overlooked() const { return overlooked_; }
  [[nodiscard]] const std::string& log() const { return log_; }

 private:
  void note(const CommandEvent& event) {
    if (const auto* const command = std::get_if<Command>(&event)) {
      log_ += text_of(*command) + "\n";
    } else if (const auto* const bad = std::get_if<BadCommand>(&event)) {
      log_ += text_of(*bad) + "\n";
      closed_ = bad->closes();
    } else {
      decide(std::get<LiteralAnnounced>(event));
    }
  }
  void decide(const LiteralAnnounced& literal) {
    const bool accept = literal.size <= taste_.literal_octets && literal.size <= literal.most;
    log_ += text_of(literal) + (accept ? " yes\n" : " no\n");
    if (accept) {
      reader_.accept_literal();
    } else if (!reader_.refuse_literal()) {
      log_ += "close\n";
      closed_ = true;
    }
  }

  Taste taste_;
  CommandReader reader_;
  std::string log_;
  bool closed_ = false;
  bool overlooked_ = false;
};

inline std::string read_commands(ByteView octets, std::size_t size, Taste taste = {}) {
  CommandScribe scribe(taste);
  test::in_fragments(octets, size, [&](ByteView fragment) { scribe.take(std::string(fragment)); });
  return scribe.log() + (scribe.overlooked() ? "OVERLOOKED\n" : "");
}

}  // namespace postern::grammar::imap
