#include "bench/load/mail_server.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "bench/load/pattern.h"

namespace postern::bench {
namespace {

constexpr std::string_view kCapability = "IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN IDLE ID";

std::uint64_t number_after(std::string_view text, char mark) {
  const std::size_t at = text.rfind(mark);
  std::uint64_t value = 0;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + 1, text.data() + text.size(), value);
  return value;
}

std::string capability(bool offers_tls) {
  return std::string(kCapability) + (offers_tls ? " STARTTLS" : "");
}

}  // namespace

MailSession::MailSession(int fd, Served& served, SSL_CTX* tls, bool implicit)
    : channel_(fd), served_(served), tls_(tls) {
  no_delay(fd);
  ++served_.sessions;
  if (implicit) channel_.begin_tls_as_server(tls_);
  answer_ = "* OK [CAPABILITY " + capability(tls_ != nullptr && !implicit) + "] ready\r\n";
}

void MailSession::ready() {
  while (!leaving_ && settled()) {
    if (work_on_input()) continue;
    if (ended_) break;
    std::size_t count = 0;
    const Came came = channel_.receive(receive_buffer(), kReceiveAtOnce, count);
    if (came == Came::kNothing) return;
    ended_ = came == Came::kEnd;
    const std::string_view octets{receive_buffer(), count};
    input_.append(octets.substr(input_.empty() ? eat(octets) : 0));
  }
  if (channel_.broken() || leaving_ || (ended_ && settled())) leave();
}

bool MailSession::settled() {
  if (channel_.broken()) return false;
  if (channel_.shaking()) {
    if (channel_.shake() != Shake::kDone) return false;
  }
  if (!answer_.empty() && body_left_ == 0) {
    channel_.send(answer_);
    answer_.clear();
  }
  if (!channel_.flush() || !send_body()) return false;
  if (begin_tls_) {
    begin_tls_ = false;
    channel_.begin_tls_as_server(tls_);
    return settled();
  }
  return true;
}

bool MailSession::send_body() {
  if (body_left_ == 0) return true;
  while (body_left_ > 0) {
    const std::size_t most =
        static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, Pattern::kSpan));
    const std::size_t sent = channel_.write_some(Pattern::get().at(key_, body_done_, most));
    if (sent == 0) return false;
    body_done_ += sent;
    body_left_ -= sent;
    served_.octets_out += sent;
  }
  ++served_.fetched;
  channel_.send(answer_);
  answer_.clear();
  return channel_.flush();
}

// Whether anything was done: then there may be an answer to send, and more to do after it.
bool MailSession::work_on_input() {
  bool worked = false;
  while (!leaving_ && body_left_ == 0 && !begin_tls_ && one_step()) worked = true;
  if (leaving_ && !answer_.empty()) {
    channel_.send(answer_);
    answer_.clear();
  }
  return worked;
}

bool MailSession::one_step() {
  if (expect_ == Expect::kLiteral) return literal();
  const std::size_t end = input_.find("\r\n");
  if (end == std::string::npos) return false;
  const std::string text = input_.substr(0, end);
  input_.erase(0, end + 2);
  line(text);
  return true;
}

bool MailSession::literal() {
  input_.erase(0, eat(input_));
  return expect_ != Expect::kLiteral;
}

// What of these octets belongs to the literal that is expected.
std::size_t MailSession::eat(std::string_view octets) {
  if (expect_ != Expect::kLiteral) return 0;
  octets = octets.substr(
      0, static_cast<std::size_t>(std::min<std::uint64_t>(octets.size(), literal_left_)));
  if (compared_) {
    if (!Pattern::get().is(key_, literal_done_, octets)) ++served_.corrupted;
    served_.octets_in += octets.size();
  }
  literal_left_ -= octets.size();
  literal_done_ += octets.size();
  if (literal_left_ == 0) expect_ = Expect::kRest;
  return octets.size();
}

void MailSession::line(std::string_view text) {
  if (expect_ == Expect::kCommand) return command(text);
  if (!begin_literal(text)) perform();
}

void MailSession::command(std::string_view text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  tag_ = text.substr(0, space);
  const std::string_view rest = text.substr(std::min(space + 1, text.size()));
  verb_ = rest.substr(0, rest.find(' '));
  std::transform(verb_.begin(), verb_.end(), verb_.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
  });
  compared_ = verb_ == "APPEND";
  if (compared_) key_ = number_after(rest.substr(0, rest.rfind(' ')), '.');
  if (verb_ == "FETCH") return fetch(rest.substr(std::min<std::size_t>(6, rest.size())));
  const bool waits =
      verb_ == "IDLE" || (verb_ == "AUTHENTICATE" && std::count(rest.begin(), rest.end(), ' ') < 2);
  if (waits) {
    expect_ = Expect::kRest;
    answer_ += "+ go on\r\n";
    return;
  }
  if (!begin_literal(text)) perform();
}

bool MailSession::begin_literal(std::string_view text) {
  if (text.empty() || text.back() != '}') return false;
  literal_left_ = number_after(text, '{');
  literal_done_ = 0;
  expect_ = Expect::kLiteral;
  if (text.size() < 2 || text[text.size() - 2] != '+') answer_ += "+ go on\r\n";
  return true;
}

// The command is complete, its literals too.
void MailSession::perform() {
  expect_ = Expect::kCommand;
  if (verb_ == "CAPABILITY")
    answer_ += "* CAPABILITY " + capability(tls_ != nullptr && channel_.ssl() == nullptr) + "\r\n";
  if (verb_ == "ID") answer_ += "* ID NIL\r\n";
  if (verb_ == "LOGOUT") answer_ += "* BYE of the mail server\r\n";
  if (verb_ == "LOGIN" || verb_ == "AUTHENTICATE") {
    ++served_.logins;
    answer_ += tag_ + " OK [CAPABILITY " + std::string(kCapability) + "] logged in\r\n";
    return;
  }
  if (compared_) ++served_.appended;
  answer_ += tag_ + " OK done\r\n";
  begin_tls_ = verb_ == "STARTTLS" && tls_ != nullptr;
  leaving_ = verb_ == "LOGOUT";
}

// "N BODY[K]"
void MailSession::fetch(std::string_view arguments) {
  std::from_chars(arguments.data(), arguments.data() + arguments.size(), body_left_);
  key_ = number_after(arguments, '[');
  body_done_ = 0;
  channel_.send(answer_ + "* 1 FETCH (BODY[] {" + std::to_string(body_left_) + "}\r\n");
  answer_ = ")\r\n" + tag_ + " OK done\r\n";
}

void MailSession::leave() {
  leaving_ = true;
  if (!channel_.broken() && !channel_.flush()) return;
  Loop::mine().bury(std::unique_ptr<Party>(this));
}

}  // namespace postern::bench
