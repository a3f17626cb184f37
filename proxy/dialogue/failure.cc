#include "proxy/dialogue/failure.h"

#include <algorithm>
#include <array>

namespace postern::dialogue {

namespace {

using enum Retry;
using enum LogLevel;
using F = Failure;

// In the order of the enumeration, which the static_assert below holds it to. A temporary fault
// never says what a wrong password says (R5), and no row names a host, a user or a reason that the
// backend gave.
constexpr std::array kRows{
    FailureRow{F::None, "none", "OK Logging out", "+OK Bye", "221 2.0.0 Bye", NewConnection, Info,
               "The session ended as it should: the client logged out, or the relay ended."},
    FailureRow{F::ClientSyntax, "client_syntax", "BAD [CLIENTBUG] Unknown or malformed command",
               "-ERR Unknown or malformed command", "500 5.5.2 Unknown or malformed command",
               SameConnection, Info,
               "The client sent what its protocol does not allow here; speaking another protocol, "
               "or sending octets behind STARTTLS, ends the connection."},
    FailureRow{F::ClientTooManyErrors, "client_too_many_errors",
               "BAD [CLIENTBUG] Too many bad commands", "-ERR Too many bad commands",
               "421 4.7.0 Too many bad commands", NewConnection, Info,
               "The client used up `limits.maxErrors` on one connection."},
    FailureRow{F::ClientTooManyCommands, "client_too_many_commands",
               "BAD [LIMIT] Too many commands before login", "-ERR Too many commands before login",
               "421 4.7.0 Too many commands before login", NewConnection, Info,
               "The client used up `limits.maxCommands` without logging in."},
    FailureRow{F::ClientTooManyFailures, "client_too_many_failures",
               "NO [AUTHENTICATIONFAILED] Too many failed logins",
               "-ERR [AUTH] Too many failed logins", "421 4.7.0 Too many failed logins",
               NewConnection, Warning, "The client was refused too often on one connection."},
    FailureRow{F::ClientLineTooLong, "client_line_too_long", "BAD [TOOBIG] Command too long",
               "-ERR Command too long", "500 5.5.6 Command too long", NewConnection, Info,
               "A command was longer than `limits.maxCommandBytes`, or a literal longer than its "
               "argument may be."},
    FailureRow{F::ClientWentAway, "client_went_away", "BAD Connection ended",
               "-ERR Connection ended", "421 4.4.2 Connection ended", NewConnection, Info,
               "The client closed the connection before it was logged in; nobody reads the words."},
    FailureRow{F::ClientTimeout, "client_timeout", "NO [UNAVAILABLE] Login took too long",
               "-ERR [SYS/TEMP] Login took too long", "421 4.4.2 Login took too long",
               NewConnection, Info, "The client was not logged in when `timeouts.login` was over."},
    FailureRow{F::ClientTls, "client_tls", "BAD TLS handshake failed", "-ERR TLS handshake failed",
               "421 4.7.0 TLS handshake failed", NewConnection, Info,
               "The TLS handshake with the client failed; the words are written only where there "
               "is a channel left to write them to."},
    FailureRow{F::TlsRequired, "tls_required", "NO [PRIVACYREQUIRED] Use STARTTLS first",
               "-ERR Use STLS first", "530 5.7.0 Must issue a STARTTLS command first",
               SameConnection, Info,
               "The listener takes credentials only inside TLS. Nobody was asked about them."},
    FailureRow{F::MechanismRefused, "mechanism_refused", "NO [CANNOT] Mechanism not available",
               "-ERR [AUTH] Mechanism not available", "504 5.5.4 Mechanism not available",
               SameConnection, Info,
               "The client chose a SASL mechanism that is unknown or not among `mechanisms`."},
    FailureRow{F::CredentialsRefused, "credentials_refused",
               "NO [AUTHENTICATIONFAILED] Authentication failed",
               "-ERR [AUTH] Authentication failed", "535 5.7.8 Authentication failed",
               SameConnection, Info,
               "The name or the password is wrong. The same words for an unknown name, so that "
               "names do not leak."},
    FailureRow{F::AdmissionRefused, "admission_refused", "NO [NOPERM] Access denied",
               "-ERR [SYS/PERM] Access denied", "554 5.7.1 Access denied", Never, Warning,
               "A rule of the MailServer does not let this client in."},
    FailureRow{F::LoginBlocked, "login_blocked",
               "NO [UNAVAILABLE] Too many failed logins, try again later",
               "-ERR [SYS/TEMP] Too many failed logins, try again later",
               "454 4.7.0 Too many failed logins, try again later", SameConnection, Warning,
               "So many logins of this source or as this user have failed that more are refused "
               "for a while (`loginProtection`). Nobody was asked about this one, so the words say "
               "nothing of its password."},
    FailureRow{F::UserLimit, "user_limit", "NO [LIMIT] Too many connections of this mailbox",
               "-ERR [IN-USE] Too many connections of this mailbox",
               "421 4.7.0 Too many connections of this mailbox", NewConnection, Warning,
               "The credentials were right, and the mailbox has as many sessions as "
               "`limits.maxConnectionsPerUser` allows it."},
    FailureRow{F::NoRoute, "no_route", "NO [UNAVAILABLE] Mailbox temporarily unavailable",
               "-ERR [SYS/TEMP] Mailbox temporarily unavailable",
               "454 4.7.0 Mailbox temporarily unavailable", SameConnection, Warning,
               "No rule of `routing` names a backend for this user, or it has no endpoint."},
    FailureRow{F::AuthUnavailable, "auth_unavailable",
               "NO [UNAVAILABLE] Temporary authentication failure",
               "-ERR [SYS/TEMP] Temporary authentication failure",
               "454 4.7.0 Temporary authentication failure", SameConnection, Warning,
               "The auth service did not answer, or not in a way that can be believed."},
    FailureRow{
        F::Overloaded, "overloaded", "NO [UNAVAILABLE] Too busy, try again later",
        "-ERR [SYS/TEMP] Too busy, try again later", "421 4.3.2 Too busy, try again later",
        NewConnection, Warning,
        "A limit of this proxy or of the MailServer is used up; or the configuration changed "
        "so often since the client came that the one it met is no longer kept."},
    FailureRow{F::Draining, "draining", "NO [UNAVAILABLE] Connect again",
               "-ERR [SYS/TEMP] Connect again", "421 4.3.2 Connect again", NewConnection, Info,
               "This proxy is going away, or the session was ended by an operator; another "
               "connection reaches a proxy that stays."},
    FailureRow{F::InternalConfig, "internal_config", "NO [SERVERBUG] Service not set up",
               "-ERR [SYS/PERM] Service not set up", "421 4.3.5 Service not set up", NewConnection,
               Error,
               "The configuration does not say what this session needs; see the status of the "
               "MailServer."},
    FailureRow{F::BackendUnreachable, "backend_unreachable",
               "NO [UNAVAILABLE] Mailbox temporarily unavailable",
               "-ERR [SYS/TEMP] Mailbox temporarily unavailable",
               "454 4.7.0 Mailbox temporarily unavailable", SameConnection, Warning,
               "No connection to the backend could be made, or it broke during login."},
    FailureRow{F::BackendTls, "backend_tls", "NO [UNAVAILABLE] Mailbox temporarily unavailable",
               "-ERR [SYS/TEMP] Mailbox temporarily unavailable",
               "454 4.7.0 Mailbox temporarily unavailable", SameConnection, Error,
               "The backend does not offer the TLS that is demanded, or its certificate is not "
               "the one that is expected. No credentials were sent."},
    FailureRow{F::BackendProtocol, "backend_protocol",
               "NO [UNAVAILABLE] Mailbox temporarily unavailable",
               "-ERR [SYS/TEMP] Mailbox temporarily unavailable",
               "454 4.7.0 Mailbox temporarily unavailable", SameConnection, Error,
               "The backend did not speak its protocol: wrong greeting, too much, or an answer to "
               "what was not asked."},
    FailureRow{
        F::BackendBusy, "backend_busy", "NO [UNAVAILABLE] Mailbox temporarily unavailable",
        "-ERR [SYS/TEMP] Mailbox temporarily unavailable",
        "454 4.7.0 Mailbox temporarily unavailable", SameConnection, Warning,
        "The backend said that it cannot log anybody in at the moment; or each member that may "
        "be tried has `maxSessionsPerMember` sessions."},
    FailureRow{F::BackendTimeout, "backend_timeout",
               "NO [UNAVAILABLE] Mailbox temporarily unavailable",
               "-ERR [SYS/TEMP] Mailbox temporarily unavailable",
               "454 4.7.0 Mailbox temporarily unavailable", SameConnection, Warning,
               "The backend had not logged the user in when `timeouts.backendLogin` was over."},
    FailureRow{F::BackendRefusedLogin, "backend_refused_login",
               "NO [AUTHENTICATIONFAILED] Authentication failed",
               "-ERR [AUTH] Authentication failed", "535 5.7.8 Authentication failed",
               SameConnection, Info,
               "The backend refused the credentials. What it said is not logged: it could repeat "
               "them."},
    FailureRow{
        F::BackendRefusedProxy, "backend_refused_proxy",
        "NO [UNAVAILABLE] Mailbox temporarily unavailable",
        "-ERR [SYS/TEMP] Mailbox temporarily unavailable",
        "454 4.7.0 Mailbox temporarily unavailable", SameConnection, Error,
        "The backend refused the master user or the certificate of the proxy, or has no such "
        "mailbox. The client's own credentials were right, so nothing else is said of them."},
    FailureRow{F::BackendLoop, "backend_loop", "NO [SERVERBUG] Mail routing loop",
               "-ERR [SYS/PERM] Mail routing loop", "421 4.4.6 Mail routing loop", Never, Error,
               "The session came through more proxies than a way without a circle has."},
    FailureRow{F::BackendReferral, "backend_referral",
               "NO [UNAVAILABLE] Mailbox temporarily unavailable",
               "-ERR [SYS/TEMP] Mailbox temporarily unavailable",
               "454 4.7.0 Mailbox temporarily unavailable", SameConnection, Warning,
               "The backend sent the login elsewhere, and `redirects` or the configuration does "
               "not let it go there."},
};

consteval bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].failure) != i) return false;
  }
  return static_cast<std::size_t>(Failure::BackendReferral) + 1 == kRows.size();
}
static_assert(in_order(), "one row a failure, in the order of the enumeration");

}  // namespace

const FailureRow& row_of(Failure failure) { return kRows.at(static_cast<std::size_t>(failure)); }

std::span<const FailureRow> failure_rows() { return kRows; }

std::string_view without_status(std::string_view imap_words) {
  return imap_words.substr(std::min(imap_words.find(' ') + 1, imap_words.size()));
}

}  // namespace postern::dialogue
