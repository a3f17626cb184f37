// Failure: why a session, or one login, did not go on. One table turns it into words for each
// protocol, a log level, a metric label, and says whether the client may try again on the same
// connection; docs/errors.md is printed from it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/log.h"
#include "common/base/mail.h"

namespace postern::dialogue {

enum class Failure : std::uint8_t {
  None,  // ended as it should: LOGOUT, relay ended
  // the client's side
  ClientSyntax,
  ClientTooManyErrors,
  ClientTooManyCommands,
  ClientTooManyFailures,
  ClientLineTooLong,
  ClientWentAway,
  ClientTimeout,
  ClientTls,
  // our refusal, by policy
  TlsRequired,
  MechanismRefused,
  CredentialsRefused,
  AdmissionRefused,
  LoginBlocked,
  UserLimit,
  // our side, temporary or not
  NoRoute,
  AuthUnavailable,
  Overloaded,
  Draining,
  InternalConfig,
  // the backend's side
  BackendUnreachable,
  BackendTls,
  BackendProtocol,
  BackendBusy,
  BackendTimeout,
  BackendRefusedLogin,
  BackendRefusedProxy,
  BackendLoop,
  BackendReferral,
};

enum class Retry : std::uint8_t { SameConnection, NewConnection, Never };

struct FailureRow {
  Failure failure;
  std::string_view name;  // metric label and log word: snake_case
  std::string_view imap;  // after the tag, or after "* BYE " when the session ends untagged
  std::string_view pop3;
  std::string_view smtp;
  Retry retry;
  LogLevel level;
  std::string_view meaning;  // a sentence for docs/errors.md
};

[[nodiscard]] const FailureRow& row_of(Failure failure);
[[nodiscard]] std::span<const FailureRow> failure_rows();

// IMAP words without NO, BAD or OK: what stands behind "* BYE ".
[[nodiscard]] std::string_view without_status(std::string_view imap_words);

// docs/errors.md, printed from the table; a test holds the page to it.
[[nodiscard]] std::string errors_markdown();

}  // namespace postern::dialogue
