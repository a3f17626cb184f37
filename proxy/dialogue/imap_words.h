// Text that somebody else chose, made fit to stand in one of our IMAP responses: one line, bounded,
// and never what a client would take for a response code of ours. RFC 9051 §7.1, security R5.
#pragma once

#include <string>
#include <string_view>

namespace postern::dialogue {

// The text, or `otherwise` when it is empty or begins like a response code.
[[nodiscard]] std::string fit_for_reply(std::string_view text, std::string_view otherwise);

// Words of the failure table with their text replaced, status and code kept; unchanged for a text
// that is not fit.
[[nodiscard]] std::string reworded(std::string_view words, std::string_view text);

}  // namespace postern::dialogue
