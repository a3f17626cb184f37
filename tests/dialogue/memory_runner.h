// MemoryRunner: plays one script against an ImapFront without a socket, handing the client's octets
// over in pieces of one size. Fails with the script's line, what was expected, what came instead
// and the name of the state. Notes what each command was answered, for the table in
// docs/protocols.md.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "proxy/dialogue/front.h"
#include "tests/dialogue/script.h"

namespace postern::dlg {

// verb, listener, state, answer
using Noted = std::set<std::tuple<std::string, std::string, std::string, std::string>>;

class MemoryRunner {
 public:
  MemoryRunner(const Script& script, std::size_t fragment, Noted* noted = nullptr);
  ~MemoryRunner();

  // Empty when the script played to its end.
  [[nodiscard]] std::string play();
  // All that was said and wanted, the same at every fragment size.
  [[nodiscard]] const std::string& transcript() const { return transcript_; }

 private:
  std::string on_event(const ClientSays& says);
  std::string on_event(const ServerSays& says);
  std::string on_event(const Wants& wants);
  std::string on_event(const Told& told);
  std::string settle();
  std::string give(dialogue::FrontInput input);
  std::string take(dialogue::Turn<dialogue::FrontStep> turn);
  std::string nothing_left_unclaimed() const;
  [[nodiscard]] std::string verb_of(const std::string& unit, const std::string& state,
                                    std::string_view answer);
  void note(const std::string& unit, const std::string& state, std::string_view answer);
  [[nodiscard]] dialogue::Offer offer(bool tls_established) const;
  [[nodiscard]] std::optional<dialogue::FrontInput> input_of(const Phrase& phrase) const;

  const Script& script_;
  std::size_t fragment_;
  Noted* noted_;
  std::unique_ptr<dialogue::Front> front_;
  std::string wire_;                         // sent by the client, on its way
  std::string inbox_;                        // arrived, not consumed
  std::string outbox_;                       // said by the front, not yet claimed by an S: line
  std::optional<dialogue::FrontStep> step_;  // what it waits for, when that is not octets
  std::string transcript_;
  std::string situation_;  // the listener, or "tls" once that is up
  std::string goes_on_;    // the verb that is not answered yet
};

// "attempt user=alice mechanism=PLAIN", as a script would demand it.
[[nodiscard]] std::string describe(const dialogue::FrontStep& step);

}  // namespace postern::dlg
