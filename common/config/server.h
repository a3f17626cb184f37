// What a MailServer offers its clients, and within which bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/mail.h"
#include "common/config/backend_login.h"
#include "common/config/client_certificates.h"
#include "common/config/login_protection.h"
#include "common/config/routing.h"
#include "common/config/user_names.h"

namespace postern::config {

enum class TlsVersion : std::uint8_t { Tls10, Tls11, Tls12, Tls13 };
enum class CipherPreference : std::uint8_t { Client, Server };
enum class UnknownNames : std::uint8_t { FirstCertificate, Reject };
enum class ResumptionMode : std::uint8_t { Tickets, Cache, Disabled };

struct ServerTls {
  std::vector<std::string> key_pairs;  // SECRET resources; the first answers clients without a name
  TlsVersion min_version = TlsVersion::Tls12;
  TlsVersion max_version = TlsVersion::Tls13;
  std::vector<std::string> cipher_suites;  // OpenSSL or IANA names; empty: OpenSSL's choice
  CipherPreference cipher_preference = CipherPreference::Client;
  std::vector<std::string> groups;  // empty: X25519 first, then OpenSSL's choice
  UnknownNames unknown_names = UnknownNames::FirstCertificate;
  ResumptionMode resumption = ResumptionMode::Tickets;
  std::chrono::seconds resumption_lifetime{7200};
  std::string tickets = {};  // SECRET resource; empty, or not here: those of all
  ClientCertificates client_certificates = {};
  friend bool operator==(const ServerTls&, const ServerTls&) = default;
};

// SECRET resources: key pairs, authorities and revocation lists of client certificates, ticket
// keys.
[[nodiscard]] std::vector<std::string> secrets_of(const ServerTls& tls);

enum class CapabilitySource : std::uint8_t { Backends, List };

struct ProtocolOffer {
  Protocol protocol = Protocol::Imap;
  MechanismSet mechanisms;  // accepted and announced: the same set
  CapabilitySource capability_source = CapabilitySource::Backends;
  std::vector<std::string> capabilities;  // source List: exactly these, mechanisms are added
  std::vector<std::string> hidden_capabilities;
  std::string greeting;               // text after the protocol's own words; empty: the default
  std::vector<std::string> backends;  // BACKEND resources that have the protocol, in order
  friend bool operator==(const ProtocolOffer&, const ProtocolOffer&) = default;
};

struct ServerLimits {
  std::uint32_t max_connections = 0;             // 0: not limited
  std::uint32_t max_connections_per_source = 0;  // 0: not limited
  std::uint32_t max_connections_before_login = 10000;
  std::uint32_t max_command_octets = 8192;
  std::uint32_t max_errors = 10;
  std::uint32_t max_commands = 100;
  std::uint32_t max_reply_octets = 16384;
  std::uint32_t max_failures_per_session = 3;  // loginProtection.maxFailuresPerSession
  std::uint32_t max_connections_per_user = 0;  // sessions of one mailbox; 0: not limited
  std::uint32_t new_connections_per_minute_per_source = 0;  // 0: not limited
  std::uint64_t bytes_per_second = 0;  // of one session, each way; 0: not limited
  friend bool operator==(const ServerLimits&, const ServerLimits&) = default;
};

struct ServerTimeouts {
  Duration tls_handshake{10'000};
  Duration login{60'000};
  Duration backend_connect{5'000};
  Duration backend_login{10'000};
  Duration idle{31 * 60'000};
  Duration failure_delay{2'000};  // loginProtection.failureDelay
  friend bool operator==(const ServerTimeouts&, const ServerTimeouts&) = default;
};

enum class SessionLogging : std::uint8_t { All, Failures, None };
enum class LogLevel : std::uint8_t { Error, Warning, Info, Debug };

// A proxy that does not know of `providers` would let the mail pod decide; of a limit, would not
// keep it.
inline constexpr std::string_view kProviders = "providers";
inline constexpr std::string_view kLoginProtection = "login-protection";
inline constexpr std::string_view kConnectionsPerUser = "connections-per-user";
inline constexpr std::string_view kByteRate = "byte-rate";
// Nor of who may log in as somebody else, and would leave that to the mail pod.
inline constexpr std::string_view kMasterUsers = "master-users";

struct Server {
  std::string server_name;  // said in greetings, EHLO, challenges
  ServerTls tls;
  std::vector<ProtocolOffer> protocols;
  ServerLimits limits;
  ServerTimeouts timeouts;
  SessionLogging session_logging = SessionLogging::All;
  LogLevel log_level = LogLevel::Info;
  std::vector<std::string> providers = {};  // PROVIDER resources, in order; empty: the mail pod
  LoginProtection protection = {};
  // Who may log in as others; nothing: nobody by a provider, and whom the mail pod lets.
  std::optional<MasterUsers> master_users = {};
  // Of mail: who may log in, and by whose names this MailServer is found where SNI named nobody.
  // Lower case, sorted. With no table either: everybody's.
  std::vector<std::string> domains = {};
  std::vector<std::string> domain_tables = {};  // TABLE resources whose keys are domains too
  UserNames names = {};
  Routing routing = {};
  friend bool operator==(const Server&, const Server&) = default;

  [[nodiscard]] const ProtocolOffer* offer(Protocol protocol) const;
  // It takes names of every domain.
  [[nodiscard]] bool takes_every_domain() const { return domains.empty() && domain_tables.empty(); }
};

}  // namespace postern::config
