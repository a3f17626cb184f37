// Where mail is: how to reach, trust and log in at its members. Who the members are right now is in
// the ENDPOINTS resource of the same name.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/digest.h"
#include "common/base/mail.h"
#include "common/config/backend_login.h"
#include "common/config/balancing.h"

namespace postern::config {

// "Required" is decided by the builder.
enum class BackendTlsMode : std::uint8_t { Implicit, StartTls, Disabled };
enum class Verification : std::uint8_t { Full, CaOnly, None };
enum class ClientInfo : std::uint8_t { Native, ProxyV1, ProxyV2, None };
enum class OnUnavailable : std::uint8_t { TemporaryFailure, NextMember };
enum class LoginErrors : std::uint8_t { Replace, PassThrough };
enum class Pipelining : std::uint8_t { Allowed, Disabled };
enum class PasswordMechanism : std::uint8_t { Auto, Plain, Login };

// A proxy that does not know of login methods would give the password that a service verified.
inline constexpr std::string_view kBackendLogin = "backend-login";

struct BackendPort {
  Protocol protocol = Protocol::Imap;
  BackendTlsMode tls = BackendTlsMode::Implicit;
  ClientInfo client_info = ClientInfo::Native;
  PasswordMechanism password_mechanism = PasswordMechanism::Auto;
  BackendLogin login = {};
  friend bool operator==(const BackendPort&, const BackendPort&) = default;
};

struct BackendTls {
  std::vector<std::string> trust;         // SECRET resources
  bool system_trust = true;               // and the system's authorities
  std::vector<std::string> server_names;  // valid for one of these; the first is sent as SNI
  std::string client_key_pair;            // SECRET resource; empty: none
  Verification verification = Verification::Full;
  friend bool operator==(const BackendTls&, const BackendTls&) = default;
};

struct Backend {
  std::string name;                // as written in the manifest
  std::vector<BackendPort> ports;  // the protocols it has, in Protocol's order
  BackendTls tls;
  // Members over which users are hashed when they are declared (statefulSet, addresses); empty for
  // a service, whose ready endpoints are its members.
  std::vector<std::string> declared_members;
  SipKey seed{};  // running.md 6: of class, namespace, name
  OnUnavailable on_unavailable = OnUnavailable::NextMember;
  std::uint32_t retries = 2;
  Pipelining pipelining = Pipelining::Allowed;
  LoginErrors login_errors = LoginErrors::Replace;
  // Where an address must lie that an auth service tells, sorted; empty: such are not used.
  std::vector<Network> dynamic = {};
  Balancing balancing = {};
  HealthCheck health = {};
  std::uint32_t max_sessions_per_member = 0;  // of each proxy; 0: not limited
  Redirects redirects = Redirects::Follow;
  friend bool operator==(const Backend&, const Backend&) = default;

  [[nodiscard]] const BackendPort* port(Protocol protocol) const;
};

}  // namespace postern::config
