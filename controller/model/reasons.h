// Conditions and their reasons, as mailserver.md 7 and 8 have them: which of them this build tells,
// and why not of those that it does not. Reasons are API: people wait for them. The page of what is
// built is printed from here (decode/compatibility.h), and tests hold it against what statuses say
// and against the cases that show each. Values only.
#pragma once

#include <span>
#include <string_view>

namespace postern::model {

enum class Teller { MailServer, Listener, Backend, MailClass };

struct ReasonRow {
  Teller of = Teller::MailServer;
  std::string_view condition;
  std::string_view truth;          // "True", "False", "Unknown"
  std::string_view reason;         // empty: any that the condition before it may have
  std::string_view not_told = {};  // why this build never says it; empty: it does
  std::string_view no_case = {};   // it does, and why no conformance case shows it
};

[[nodiscard]] std::span<const ReasonRow> reason_rows();
// "MailServer", "listener", "backend", "MailClass"
[[nodiscard]] std::string_view word_of(Teller of);

}  // namespace postern::model
