#include "tests/dialogue/memory_runner.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "proxy/dialogue/imap_front.h"

namespace postern::dlg {

namespace {

using namespace dialogue;

// client_syntax is ClientSyntax in scripts, as in the code.
std::string camel(std::string_view snake) {
  std::string name;
  bool capital = true;
  for (const char c : snake) {
    if (c != '_') name.push_back(capital ? upper(c) : c);
    capital = c == '_';
  }
  return name;
}

std::string described(const PasswordEvidence& shown) {
  return fmt::format("attempt user={} mechanism={} password={} authzid={}", escape(shown.name),
                     name_of(shown.mechanism), escape(shown.password.reveal()),
                     escape(shown.authzid));
}
std::string described(const CramMd5Evidence& shown) {
  return fmt::format("attempt user={} mechanism=CRAM-MD5 digest={} challenge={}",
                     escape(shown.name), shown.digest, shown.challenge);
}
std::string described(const ExternalEvidence& shown) {
  return fmt::format("attempt mechanism=EXTERNAL authzid={}", escape(shown.authzid));
}
std::string described(const BearerEvidence& shown) {
  return fmt::format("attempt user={} mechanism={} token={}", escape(shown.name),
                     name_of(shown.mechanism), escape(shown.token.reveal()));
}

std::string described(const Read&) { return "read"; }
std::string described(const StartTls&) { return "starttls"; }
std::string described(const Relay&) { return "relay"; }
std::string described(const Close& close) {
  return fmt::format("close {}", camel(row_of(close.failure).name));
}
std::string described(const Attempt& attempt) {
  std::string text =
      std::visit([](const auto& shown) { return described(shown); }, attempt.evidence);
  if (attempt.ttl) text += " ttl=" + std::to_string(*attempt.ttl);
  return text;
}

// Every word of the demand is among those of the step.
bool satisfies(std::string_view step, const Phrase& demanded) {
  const std::string padded = fmt::format(" {} ", step);
  const auto has = [&](const std::string& word) {
    return padded.find(fmt::format(" {} ", word)) != std::string::npos;
  };
  return std::all_of(demanded.words.begin(), demanded.words.end(), has) &&
         std::all_of(demanded.with.begin(), demanded.with.end(), [&](const auto& pair) {
           const auto& [key, value] = pair;
           return key == "rest" || has(fmt::format("{}={}", key, escape(value)));
         });
}

std::optional<Failure> failure_named(std::string_view name) {
  for (const FailureRow& row : failure_rows()) {
    if (camel(row.name) == name) return row.failure;
  }
  return std::nullopt;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::uint32_t number(const Phrase& phrase, const std::string& key, std::uint32_t otherwise) {
  const std::string text = phrase.get(key);
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

FrontLimits limits_of(const Phrase& setup) {
  FrontLimits limits;
  limits.command_octets = number(setup, "command_octets", limits.command_octets);
  limits.errors = number(setup, "errors", limits.errors);
  limits.commands = number(setup, "commands", limits.commands);
  limits.failures = number(setup, "failures", limits.failures);
  return limits;
}

// What a reply says without its tag and its words: "OK", "NO [UNAVAILABLE]", "BYE", "+".
std::string gist(std::string_view line) {
  if (line.substr(0, 1) == "+") return "+";
  line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
  const std::size_t status = std::min(line.find_first_of(" \r"), line.size());
  std::size_t end = status;
  if (line.substr(status, 2) == " [") {
    end = std::min(line.find_first_of(" ]", status + 1), line.size());
  }
  std::string said(line.substr(0, end));
  return end > status ? said + "]" : said;
}

}  // namespace

std::string describe(const FrontStep& step) {
  return std::visit([](const auto& one) { return described(one); }, step);
}

MemoryRunner::MemoryRunner(const Script& script, std::size_t fragment, Noted* noted)
    : script_(script), fragment_(fragment), noted_(noted) {
  situation_ = script.setup.get("listener", "tls");
  front_ = std::make_unique<ImapFront>(offer(situation_ == "tls"), limits_of(script.setup),
                                       script.setup.get("challenge", "<1.2@postern.test>"));
}
MemoryRunner::~MemoryRunner() = default;

Offer MemoryRunner::offer(bool tls_established) const {
  const std::string listener = script_.setup.get("listener", "tls");
  const bool starttls = listener.substr(0, 8) == "starttls";
  Offer made;
  made.greeting = script_.setup.get("greeting", "ready");
  made.capabilities = split(script_.setup.get("capabilities", "IMAP4rev1 ID LITERAL+"));
  for (const std::string& name : split(script_.setup.get("mechanisms", "PLAIN LOGIN"))) {
    if (const auto mechanism = mechanism_named(name)) made.mechanisms.add(*mechanism);
  }
  for (const std::string& name : split(script_.setup.get("unannounced"))) {
    if (const auto mechanism = mechanism_named(name)) made.unannounced.add(*mechanism);
  }
  made.tls = tls_established ? Offer::Tls::Established
             : starttls      ? Offer::Tls::Offered
                             : Offer::Tls::Unavailable;
  made.login_allowed = tls_established || listener == "plain" || listener == "starttls-optional";
  return made;
}

std::string MemoryRunner::play() {
  Reply reply;
  const auto turn = front_->greet(reply);
  outbox_ += reply.view();
  transcript_ += reply.view();
  std::string wrong = take({Read{}, turn.consumed});
  for (std::size_t i = 0; wrong.empty() && i < script_.lines.size(); ++i) {
    const Line& line = script_.lines[i];
    wrong = std::visit([&](const auto& event) { return on_event(event); }, line.event);
    // Lines of the client that follow each other arrive together.
    const bool more = std::holds_alternative<ClientSays>(line.event) &&
                      i + 1 < script_.lines.size() &&
                      std::holds_alternative<ClientSays>(script_.lines[i + 1].event);
    if (wrong.empty() && !more) wrong = settle();
    if (!wrong.empty()) {
      return script_.name + ".dlg:" + std::to_string(line.number) + ": " + wrong + " (state " +
             front_->state() + ")";
    }
  }
  wrong = nothing_left_unclaimed();
  return wrong.empty() ? wrong : fmt::format("{}.dlg: at its end: {}", script_.name, wrong);
}

std::string MemoryRunner::on_event(const ClientSays& says) {
  if (wire_.empty()) {
    if (std::string wrong = nothing_left_unclaimed(); !wrong.empty()) return wrong;
  }
  wire_ += says.octets;
  return {};
}

std::string MemoryRunner::on_event(const ServerSays& says) {
  const std::size_t end = outbox_.find("\r\n");
  if (end == std::string::npos) return fmt::format("expected S: {}, got silence", says.start);
  const std::string line = outbox_.substr(0, end);
  if (line.substr(0, says.start.size()) != says.start) {
    return fmt::format("expected S: {}, got S: {}", says.start, escape(line));
  }
  outbox_.erase(0, end + 2);
  return {};
}

std::string MemoryRunner::on_event(const Wants& wants) {
  if (!step_) return fmt::format("expected >> {}, got nothing", wants.phrase.word(0));
  const std::string got = describe(*step_);
  if (!satisfies(got, wants.phrase)) return fmt::format("got >> {}", got);
  if (wants.phrase.with.count("rest") > 0 && inbox_ + wire_ != wants.phrase.get("rest")) {
    return fmt::format("left for the relay: {}", escape(inbox_ + wire_));
  }
  return {};
}

std::string MemoryRunner::on_event(const Told& told) {
  auto input = input_of(told.phrase);
  if (!input) return "an answer that is not known";
  if (std::holds_alternative<TlsUp>(*input)) {
    // What came in clear behind the command would be read as a ClientHello.
    if (!inbox_.empty() || !wire_.empty()) return "octets were left behind STARTTLS";
    situation_ = "tls";
  }
  const std::string state = front_->state();
  const std::size_t said = outbox_.size();
  step_.reset();
  std::string wrong = give(std::move(*input));
  note(fmt::format("<< {}", told.phrase.word(0)), state, std::string_view(outbox_).substr(said));
  return wrong;
}

std::string MemoryRunner::settle() {
  while (!step_) {
    const std::string before = inbox_;
    if (!inbox_.empty()) {
      const std::string state = front_->state();
      const std::size_t said = outbox_.size();
      if (std::string wrong = give(Octets{before}); !wrong.empty()) return wrong;
      note(before, state, std::string_view(outbox_).substr(said));
    }
    if (step_ || inbox_.size() < before.size()) continue;
    if (wire_.empty()) return {};
    inbox_ += wire_.substr(0, fragment_);
    wire_.erase(0, fragment_);
  }
  return {};
}

std::string MemoryRunner::give(FrontInput input) {
  Reply reply;
  auto turn = front_->on(std::move(input), reply);
  outbox_ += reply.view();
  transcript_ += reply.view();
  return take(std::move(turn));
}

std::string MemoryRunner::take(Turn<FrontStep> turn) {
  if (turn.consumed > inbox_.size()) return "consumed more than there was";
  inbox_.erase(0, turn.consumed);
  if (!std::holds_alternative<Read>(turn.step)) {
    transcript_ += fmt::format(">> {}\n", describe(turn.step));
    step_ = std::move(turn.step);
  }
  return {};
}

std::string MemoryRunner::nothing_left_unclaimed() const {
  if (outbox_.empty()) return {};
  return fmt::format("the server also said: {}", escape(outbox_));
}

// Which command a unit belongs to: by the tag that was answered, or because a literal or a SASL
// exchange goes on, or by its own first line.
std::string MemoryRunner::verb_of(const std::string& unit, const std::string& state,
                                  std::string_view answer) {
  static const std::set<std::string> known = {"CAPABILITY", "NOOP",  "LOGOUT",      "ID",
                                              "STARTTLS",   "LOGIN", "AUTHENTICATE"};
  const auto named = [&](const std::string& line) {
    const std::vector<std::string> words = split(line.substr(0, line.find_first_of("\r\n")));
    const std::string verb = words.size() > 1 ? upper(printable(words[1])) : std::string();
    return known.count(verb) > 0 ? verb : std::string("(anything else)");
  };
  if (state != "AwaitingCommand") return "(a line)";
  const std::string tag(answer.substr(0, answer.find(' ')));
  for (const Line& line : script_.lines) {
    const auto* says = std::get_if<ClientSays>(&line.event);
    if (says != nullptr && tag.size() > 1 && says->octets.substr(0, tag.size() + 1) == tag + " ") {
      return named(says->octets);
    }
  }
  return goes_on_.empty() ? named(unit) : goes_on_;
}

// One answer a unit: the last line of it says how the command ended.
void MemoryRunner::note(const std::string& unit, const std::string& state,
                        std::string_view answer) {
  if (noted_ == nullptr) return;
  const bool told = unit.substr(0, 3) == "<< ";
  const std::string verb = told ? unit : verb_of(unit, state, answer);
  const bool open = !told && !step_ && (answer.empty() || answer.front() == '+');
  goes_on_ = open ? verb : std::string();
  if (answer.empty() && !step_) return;
  std::string ended;
  const auto add = [&](const std::string& one) { ended += (ended.empty() ? "" : ", ") + one; };
  while (!answer.empty()) {
    const std::size_t end = answer.find("\r\n");
    const std::string one = gist(answer.substr(0, end));
    if (!one.empty() && one != "CAPABILITY" && one != "ID") add(one);
    answer.remove_prefix(std::min(end + 2, answer.size()));
  }
  if (step_) {
    const std::string step = describe(*step_);
    add(step.substr(0, 5) == "close" ? step : step.substr(0, step.find(' ')));
  }
  noted_->insert({verb, situation_, state, ended});
}

std::optional<FrontInput> MemoryRunner::input_of(const Phrase& phrase) const {
  const std::string& word = phrase.word(0);
  if (word == "tls") return TlsUp{offer(true)};
  if (word == "expired") return Expired{};
  if (word == "draining") return Draining{};
  if (word == "ended") return PeerEnded{};
  if (word == "admitted") {
    return Admitted{{phrase.get("text", "Logged in"), split(phrase.get("capabilities"))}};
  }
  const auto failure = failure_named(phrase.word(1));
  if (word != "refused" || !failure) return std::nullopt;
  return Refused{*failure, phrase.get("text"), phrase.get("sasl_error")};
}

}  // namespace postern::dlg
