// Words of manifests → values of the configuration. What the schema has let through is known; where
// a word may be known to the schema and not built yet, the answer is optional. Private to this
// room.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/config/resource.h"

namespace postern::build {

// The key of a protocol in `spec.protocols`, for field paths.
[[nodiscard]] std::string_view field_key(Protocol protocol);

// "spec.protocols.imap.listeners[0]"
[[nodiscard]] std::string listener_field(Protocol protocol, std::size_t index);

[[nodiscard]] std::optional<config::ClientInfo> client_info_word(std::string_view word);
// Empty: Auto.
[[nodiscard]] std::optional<config::PasswordMechanism> password_mechanism_word(
    std::string_view word);
[[nodiscard]] config::Verification verification_word(std::string_view word);
[[nodiscard]] config::OnUnavailable on_unavailable_word(std::string_view word);
[[nodiscard]] config::Pipelining pipelining_word(std::string_view word);
[[nodiscard]] config::LoginErrors login_errors_word(std::string_view word);
[[nodiscard]] config::ListenerTls listener_tls_word(std::string_view word);
[[nodiscard]] config::TlsVersion tls_version_word(std::string_view word);
[[nodiscard]] config::ResumptionMode resumption_word(std::string_view word);
[[nodiscard]] config::ClientCertificateMode client_certificate_mode_word(std::string_view word);
[[nodiscard]] config::CertificateName certificate_name_word(std::string_view word);
[[nodiscard]] config::SessionLogging session_logging_word(std::string_view word);
[[nodiscard]] config::LogLevel log_level_word(std::string_view word);

}  // namespace postern::build
