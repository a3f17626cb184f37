#include "controller/build/words.h"

#include <fmt/format.h>

namespace postern::build {

std::string_view field_key(Protocol protocol) {
  switch (protocol) {
    case Protocol::Imap: return "imap";
    case Protocol::Pop3: return "pop3";
    case Protocol::Submission: return "submission";
    case Protocol::ManageSieve: return "manageSieve";
    case Protocol::Mx: return "mx";
    case Protocol::Lmtp: return "lmtp";
  }
  return "?";
}

std::string listener_field(Protocol protocol, std::size_t index) {
  return fmt::format("spec.protocols.{}.listeners[{}]", field_key(protocol), index);
}

// The safe value stands for a word that the schema should have refused.

std::optional<config::ClientInfo> client_info_word(std::string_view word) {
  if (word == "Native") return config::ClientInfo::Native;
  if (word == "ProxyV1") return config::ClientInfo::ProxyV1;
  if (word == "ProxyV2") return config::ClientInfo::ProxyV2;
  if (word == "None") return config::ClientInfo::None;
  return std::nullopt;  // Zimbra
}

std::optional<config::PasswordMechanism> password_mechanism_word(std::string_view word) {
  if (word.empty()) return config::PasswordMechanism::Auto;
  if (word == "PLAIN") return config::PasswordMechanism::Plain;
  if (word == "LOGIN") return config::PasswordMechanism::Login;
  return std::nullopt;  // SCRAM-SHA-256
}

config::Verification verification_word(std::string_view word) {
  if (word == "None") return config::Verification::None;
  if (word == "CAOnly") return config::Verification::CaOnly;
  return config::Verification::Full;
}

config::OnUnavailable on_unavailable_word(std::string_view word) {
  return word == "NextMember" ? config::OnUnavailable::NextMember
                              : config::OnUnavailable::TemporaryFailure;
}

config::Pipelining pipelining_word(std::string_view word) {
  return word == "Allowed" ? config::Pipelining::Allowed : config::Pipelining::Disabled;
}

config::LoginErrors login_errors_word(std::string_view word) {
  return word == "PassThrough" ? config::LoginErrors::PassThrough : config::LoginErrors::Replace;
}

config::ListenerTls listener_tls_word(std::string_view word) {
  if (word == "Disabled") return config::ListenerTls::Disabled;
  if (word == "Implicit") return config::ListenerTls::Implicit;
  return config::ListenerTls::StartTls;
}

config::TlsVersion tls_version_word(std::string_view word) {
  if (word == "TLSv1") return config::TlsVersion::Tls10;
  if (word == "TLSv1.1") return config::TlsVersion::Tls11;
  if (word == "TLSv1.2") return config::TlsVersion::Tls12;
  return config::TlsVersion::Tls13;
}

config::ResumptionMode resumption_word(std::string_view word) {
  if (word == "Tickets") return config::ResumptionMode::Tickets;
  if (word == "Cache") return config::ResumptionMode::Cache;
  return config::ResumptionMode::Disabled;
}

config::ClientCertificateMode client_certificate_mode_word(std::string_view word) {
  if (word == "Optional") return config::ClientCertificateMode::Optional;
  if (word == "OptionalUnverified") return config::ClientCertificateMode::OptionalUnverified;
  return config::ClientCertificateMode::Required;
}

config::CertificateName certificate_name_word(std::string_view word) {
  if (word == "SANDNS") return config::CertificateName::SanDns;
  if (word == "SANURI") return config::CertificateName::SanUri;
  if (word == "SubjectCommonName") return config::CertificateName::SubjectCommonName;
  return config::CertificateName::SanEmail;
}

config::SessionLogging session_logging_word(std::string_view word) {
  if (word == "Failures") return config::SessionLogging::Failures;
  if (word == "None") return config::SessionLogging::None;
  return config::SessionLogging::All;
}

config::LogLevel log_level_word(std::string_view word) {
  if (word == "Error") return config::LogLevel::Error;
  if (word == "Warning") return config::LogLevel::Warning;
  if (word == "Debug") return config::LogLevel::Debug;
  return config::LogLevel::Info;
}

}  // namespace postern::build
