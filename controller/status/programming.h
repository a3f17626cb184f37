// What the answer of a proxy means for one MailServer. Pure; called by the status book.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/build/builder.h"
#include "controller/publish/publisher.h"
#include "controller/status/conditions.h"

namespace postern::status {

// As the API writes it: "BindFailed".
[[nodiscard]] std::string_view word_of(publish::Refusal::Code code);
[[nodiscard]] std::string words_of(const publish::Refusal& refusal);
// It is about something that this MailServer needs.
[[nodiscard]] bool concerns(const publish::Refusal& refusal, const build::Verdict& verdict);
// Of a LISTENER; else 0.
[[nodiscard]] std::uint16_t port_of(const publish::Refusal& refusal);

// Of a proxy that has answered for the newest content of the MailServer.
void add_answer(const publish::ApplyReport& report, const build::Verdict& verdict, Programming& to);

}  // namespace postern::status
