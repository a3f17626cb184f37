// MailServer as its author wrote it, defaults of written blocks applied (spec: mailserver.md).
// Only what is honoured has a member here: a written field without one was refused by name when the
// object was decoded (decode/honoured).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/mail.h"
#include "controller/model/balancing.h"
#include "controller/model/client_certificates.h"
#include "controller/model/login.h"
#include "controller/model/meta.h"
#include "controller/model/provider.h"
#include "controller/model/proxy_protocol.h"
#include "controller/model/references.h"
#include "controller/model/routing.h"
#include "controller/model/users.h"

namespace postern::model {

struct ListenerSpec {
  std::uint16_t port = 0;
  std::string tls;                    // Implicit, StartTLS, Disabled; filled in when absent
  std::string plaintext;              // Refuse, Allow; filled in when absent
  std::uint32_t max_connections = 0;  // 0: absent
  std::optional<ProxyProtocolSpec> proxy_protocol = {};  // in place of the MailServer's
  friend bool operator==(const ListenerSpec&, const ListenerSpec&) = default;
};
struct CapabilitiesSpec {
  std::string source = "Backends";
  std::vector<std::string> list;
  std::vector<std::string> hide;
  friend bool operator==(const CapabilitiesSpec&, const CapabilitiesSpec&) = default;
};
struct ProtocolSpec {
  Protocol protocol = Protocol::Imap;
  std::vector<ListenerSpec> listeners;  // filled in when absent
  std::optional<std::vector<std::string>> mechanisms;
  CapabilitiesSpec capabilities;
  std::string greeting;
  friend bool operator==(const ProtocolSpec&, const ProtocolSpec&) = default;
};

struct TlsSpec {
  std::vector<ObjectRef> certificate_refs;
  std::string min_version = "TLSv1.2";
  std::string max_version = "TLSv1.3";
  std::vector<std::string> cipher_suites;
  std::string cipher_preference = "Client";
  std::vector<std::string> groups;
  std::string unknown_names = "FirstCertificate";
  std::string resumption_mode = "Tickets";
  std::chrono::seconds resumption_lifetime{7200};
  std::optional<ObjectRef> ticket_keys_ref = {};
  std::optional<ClientCertificatesSpec> client_certificates = {};
  friend bool operator==(const TlsSpec&, const TlsSpec&) = default;
};

struct ServiceBackend {
  ObjectRef service;
  friend bool operator==(const ServiceBackend&, const ServiceBackend&) = default;
};
struct StatefulSetBackend {
  ObjectRef stateful_set;
  std::string service_name;  // filled in
  std::uint32_t members = 0;
  friend bool operator==(const StatefulSetBackend&, const StatefulSetBackend&) = default;
};
struct AddressMember {
  std::string name;
  std::string address;  // IP address or host name
  friend bool operator==(const AddressMember&, const AddressMember&) = default;
};
struct AddressesBackend {
  std::vector<AddressMember> members;
  friend bool operator==(const AddressesBackend&, const AddressesBackend&) = default;
};

// The address comes from the auth provider.
struct DynamicBackend {
  std::vector<Network> allowed;
  friend bool operator==(const DynamicBackend&, const DynamicBackend&) = default;
};

struct BackendPortSpec {
  Protocol protocol = Protocol::Imap;
  std::optional<std::uint16_t> port;
  std::string tls;          // empty: the backend's own
  std::string client_info;  // empty: the backend's own
  std::optional<LoginSpec> login;
  friend bool operator==(const BackendPortSpec&, const BackendPortSpec&) = default;
};
struct BackendTlsSpec {
  std::string mode = "Required";
  std::vector<BundleRef> ca_certificate_refs;
  std::vector<std::string> server_names;
  std::optional<ObjectRef> client_certificate_ref;
  std::string verification = "Full";
  friend bool operator==(const BackendTlsSpec&, const BackendTlsSpec&) = default;
};
struct BackendSpec {
  std::string name;
  std::variant<ServiceBackend, StatefulSetBackend, AddressesBackend, DynamicBackend> where;
  std::vector<BackendPortSpec> ports;
  BackendTlsSpec tls;
  LoginSpec login;
  std::string client_info = "Native";
  MembersSpec members;
  std::uint32_t retries = 2;
  std::string pipelining = "Allowed";
  std::string login_errors = "Replace";
  friend bool operator==(const BackendSpec&, const BackendSpec&) = default;
};

struct LimitsSpec {  // absent: no limit, or the default named in the reference
  std::optional<std::uint32_t> max_connections, max_connections_per_source,
      max_connections_before_login, max_command_bytes, max_errors, max_commands, max_reply_bytes,
      max_connections_per_user, new_connections_per_minute_per_source;
  std::optional<std::uint64_t> bytes_per_second;
  friend bool operator==(const LimitsSpec&, const LimitsSpec&) = default;
};
struct TimeoutsSpec {
  std::optional<Duration> tls_handshake, login, backend_connect, backend_login, idle;
  friend bool operator==(const TimeoutsSpec&, const TimeoutsSpec&) = default;
};
struct RateSpec {
  std::optional<std::uint32_t> failures;
  std::optional<Duration> window, block;
  friend bool operator==(const RateSpec&, const RateSpec&) = default;
};
struct LoginProtectionSpec {
  std::optional<Duration> failure_delay;
  std::optional<std::uint32_t> max_failures_per_session;
  std::string penalty;        // empty: Growing
  std::string same_password;  // empty: Exempt
  RateSpec per_source, per_user;
  std::vector<Network> exempt;
  friend bool operator==(const LoginProtectionSpec&, const LoginProtectionSpec&) = default;
};
struct LoggingSpec {
  std::string level;     // empty: Info
  std::string sessions;  // empty: All
  friend bool operator==(const LoggingSpec&, const LoggingSpec&) = default;
};

struct MailServer {
  Meta meta;
  std::string ingress_class_name;
  std::vector<std::string> hostnames;
  std::string server_name;           // empty: absent
  std::vector<std::string> domains;  // empty, and `domains_from` too: everybody's
  std::vector<ConfigMapKeyRef> domains_from;
  bool protocols_written = false;
  std::vector<ProtocolSpec> protocols;  // what is offered and built; IMAP when not written
  std::optional<ProxyProtocolSpec> proxy_protocol;
  std::optional<TlsSpec> tls;
  UsersSpec users;
  std::vector<ProviderSpec> providers;  // empty: the backend decides
  std::vector<BackendSpec> backends;
  std::optional<MasterUsersSpec> master_users = {};
  RoutingSpec routing;
  LimitsSpec limits;
  TimeoutsSpec timeouts;
  LoginProtectionSpec login_protection;
  LoggingSpec logging;
  friend bool operator==(const MailServer&, const MailServer&) = default;
};

}  // namespace postern::model
