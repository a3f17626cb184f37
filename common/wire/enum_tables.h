// Which choice of common/config is which number on the wire. Written out, not computed: a value put
// into the middle of an enum must not change what the numbers mean.
#pragma once

#include <array>
#include <utility>

#include "common/config/resource.h"
#include "postern/config/v1alpha1/resources.pb.h"

namespace postern::wire {

namespace pb = config::v1alpha1;

template <class Value, class Wire, std::size_t N>
using EnumTable = std::array<std::pair<Value, Wire>, N>;

template <class Value, class Wire, std::size_t N>
consteval EnumTable<Value, Wire, N> table(const std::pair<Value, Wire> (&rows)[N]) {
  return std::to_array(rows);
}

inline constexpr auto kResourceTypes = table<config::ResourceType, pb::ResourceType>(
    {{config::ResourceType::Secret, pb::RESOURCE_TYPE_SECRET},
     {config::ResourceType::Backend, pb::RESOURCE_TYPE_BACKEND},
     {config::ResourceType::Endpoints, pb::RESOURCE_TYPE_ENDPOINTS},
     {config::ResourceType::Table, pb::RESOURCE_TYPE_TABLE},
     {config::ResourceType::Provider, pb::RESOURCE_TYPE_PROVIDER},
     {config::ResourceType::Server, pb::RESOURCE_TYPE_SERVER},
     {config::ResourceType::Listener, pb::RESOURCE_TYPE_LISTENER},
     {config::ResourceType::Class, pb::RESOURCE_TYPE_CLASS},
     {config::ResourceType::TicketKeys, pb::RESOURCE_TYPE_TICKET_KEYS}});

inline constexpr auto kProtocols =
    table<Protocol, pb::Protocol>({{Protocol::Imap, pb::PROTOCOL_IMAP},
                                   {Protocol::Pop3, pb::PROTOCOL_POP3},
                                   {Protocol::Submission, pb::PROTOCOL_SUBMISSION},
                                   {Protocol::ManageSieve, pb::PROTOCOL_MANAGE_SIEVE},
                                   {Protocol::Mx, pb::PROTOCOL_MX},
                                   {Protocol::Lmtp, pb::PROTOCOL_LMTP}});

inline constexpr auto kMechanismNumbers =
    table<Mechanism, pb::Mechanism>({{Mechanism::Plain, pb::MECHANISM_PLAIN},
                                     {Mechanism::Login, pb::MECHANISM_LOGIN},
                                     {Mechanism::CramMd5, pb::MECHANISM_CRAM_MD5},
                                     {Mechanism::External, pb::MECHANISM_EXTERNAL},
                                     {Mechanism::XOAuth2, pb::MECHANISM_XOAUTH2},
                                     {Mechanism::OAuthBearer, pb::MECHANISM_OAUTHBEARER}});

inline constexpr auto kBackendTlsModes = table<config::BackendTlsMode, pb::BackendTlsMode>(
    {{config::BackendTlsMode::Implicit, pb::BACKEND_TLS_MODE_IMPLICIT},
     {config::BackendTlsMode::StartTls, pb::BACKEND_TLS_MODE_STARTTLS},
     {config::BackendTlsMode::Disabled, pb::BACKEND_TLS_MODE_DISABLED}});

inline constexpr auto kVerifications = table<config::Verification, pb::Verification>(
    {{config::Verification::Full, pb::VERIFICATION_FULL},
     {config::Verification::CaOnly, pb::VERIFICATION_CA_ONLY},
     {config::Verification::None, pb::VERIFICATION_NONE}});

inline constexpr auto kClientIdentities = table<config::ClientInfo, pb::ClientIdentity>(
    {{config::ClientInfo::Native, pb::CLIENT_IDENTITY_NATIVE},
     {config::ClientInfo::ProxyV1, pb::CLIENT_IDENTITY_PROXY_V1},
     {config::ClientInfo::ProxyV2, pb::CLIENT_IDENTITY_PROXY_V2},
     {config::ClientInfo::None, pb::CLIENT_IDENTITY_NONE}});

inline constexpr auto kOnUnavailable = table<config::OnUnavailable, pb::OnUnavailable>(
    {{config::OnUnavailable::TemporaryFailure, pb::ON_UNAVAILABLE_TEMPORARY_FAILURE},
     {config::OnUnavailable::NextMember, pb::ON_UNAVAILABLE_NEXT_MEMBER}});

inline constexpr auto kPipelinings = table<config::Pipelining, pb::Pipelining>(
    {{config::Pipelining::Allowed, pb::PIPELINING_ALLOWED},
     {config::Pipelining::Disabled, pb::PIPELINING_DISABLED}});

inline constexpr auto kBalancingPolicies = table<config::BalancingPolicy, pb::BalancingPolicy>(
    {{config::BalancingPolicy::ConsistentHash, pb::BALANCING_POLICY_CONSISTENT_HASH},
     {config::BalancingPolicy::LeastConnections, pb::BALANCING_POLICY_LEAST_CONNECTIONS},
     {config::BalancingPolicy::RoundRobin, pb::BALANCING_POLICY_ROUND_ROBIN}});

inline constexpr auto kHashKeys =
    table<config::HashKey, pb::HashKey>({{config::HashKey::User, pb::HASH_KEY_USER},
                                         {config::HashKey::Domain, pb::HASH_KEY_DOMAIN},
                                         {config::HashKey::Source, pb::HASH_KEY_SOURCE}});

inline constexpr auto kHealthModes = table<config::HealthMode, pb::HealthMode>(
    {{config::HealthMode::Passive, pb::HEALTH_MODE_PASSIVE},
     {config::HealthMode::Connect, pb::HEALTH_MODE_CONNECT},
     {config::HealthMode::Greeting, pb::HEALTH_MODE_GREETING},
     {config::HealthMode::Disabled, pb::HEALTH_MODE_DISABLED}});

inline constexpr auto kRedirects =
    table<config::Redirects, pb::Redirects>({{config::Redirects::Follow, pb::REDIRECTS_FOLLOW},
                                             {config::Redirects::Refuse, pb::REDIRECTS_REFUSE}});

inline constexpr auto kLoginErrors = table<config::LoginErrors, pb::LoginErrors>(
    {{config::LoginErrors::Replace, pb::LOGIN_ERRORS_REPLACE},
     {config::LoginErrors::PassThrough, pb::LOGIN_ERRORS_PASS_THROUGH}});

inline constexpr auto kPasswordMechanisms = table<config::PasswordMechanism, pb::PasswordMechanism>(
    {{config::PasswordMechanism::Auto, pb::PASSWORD_MECHANISM_AUTO},
     {config::PasswordMechanism::Plain, pb::PASSWORD_MECHANISM_PLAIN},
     {config::PasswordMechanism::Login, pb::PASSWORD_MECHANISM_LOGIN}});

inline constexpr auto kLoginMethods = table<config::LoginMethod, pb::LoginMethod>(
    {{config::LoginMethod::Password, pb::LOGIN_METHOD_PASSWORD},
     {config::LoginMethod::MasterUser, pb::LOGIN_METHOD_MASTER_USER},
     {config::LoginMethod::OAuthToken, pb::LOGIN_METHOD_OAUTH_TOKEN},
     {config::LoginMethod::ClientCertificate, pb::LOGIN_METHOD_CLIENT_CERTIFICATE}});

inline constexpr auto kMasterForms = table<config::MasterForm, pb::MasterForm>(
    {{config::MasterForm::AuthzId, pb::MASTER_FORM_AUTHZ_ID},
     {config::MasterForm::NameThenMaster, pb::MASTER_FORM_NAME_THEN_MASTER},
     {config::MasterForm::MasterThenName, pb::MASTER_FORM_MASTER_THEN_NAME}});

inline constexpr auto kEndpointStates = table<config::EndpointState, pb::Endpoint::State>(
    {{config::EndpointState::Ready, pb::Endpoint::STATE_READY},
     {config::EndpointState::ServingTerminating, pb::Endpoint::STATE_SERVING_TERMINATING},
     {config::EndpointState::NotReady, pb::Endpoint::STATE_NOT_READY}});

inline constexpr auto kNoAnswers = table<config::NoAnswer, pb::NoAnswer>(
    {{config::NoAnswer::TemporaryFailure, pb::NO_ANSWER_TEMPORARY_FAILURE},
     {config::NoAnswer::NextProvider, pb::NO_ANSWER_NEXT_PROVIDER}});

inline constexpr auto kOnRejects = table<config::OnReject, pb::OnReject>(
    {{config::OnReject::Stop, pb::ON_REJECT_STOP},
     {config::OnReject::NextProvider, pb::ON_REJECT_NEXT_PROVIDER}});

inline constexpr auto kAuthStyles = table<config::AuthStyle, pb::AuthStyle>(
    {{config::AuthStyle::AuthHttp, pb::AUTH_STYLE_AUTH_HTTP},
     {config::AuthStyle::Json, pb::AUTH_STYLE_JSON}});

inline constexpr auto kStrictnesses =
    table<config::Strictness, pb::Strictness>({{config::Strictness::Strict, pb::STRICTNESS_STRICT},
                                               {config::Strictness::Nginx, pb::STRICTNESS_NGINX}});

inline constexpr auto kRefusalTexts = table<config::RefusalText, pb::RefusalText>(
    {{config::RefusalText::Replace, pb::REFUSAL_TEXT_REPLACE},
     {config::RefusalText::PassThrough, pb::REFUSAL_TEXT_PASS_THROUGH}});

inline constexpr auto kTlsVersions =
    table<config::TlsVersion, pb::TlsVersion>({{config::TlsVersion::Tls10, pb::TLS_VERSION_1_0},
                                               {config::TlsVersion::Tls11, pb::TLS_VERSION_1_1},
                                               {config::TlsVersion::Tls12, pb::TLS_VERSION_1_2},
                                               {config::TlsVersion::Tls13, pb::TLS_VERSION_1_3}});

inline constexpr auto kCipherPreferences = table<config::CipherPreference, pb::CipherPreference>(
    {{config::CipherPreference::Client, pb::CIPHER_PREFERENCE_CLIENT},
     {config::CipherPreference::Server, pb::CIPHER_PREFERENCE_SERVER}});

inline constexpr auto kUnknownNames = table<config::UnknownNames, pb::UnknownNames>(
    {{config::UnknownNames::FirstCertificate, pb::UNKNOWN_NAMES_FIRST_CERTIFICATE},
     {config::UnknownNames::Reject, pb::UNKNOWN_NAMES_REJECT}});

inline constexpr auto kResumptionModes = table<config::ResumptionMode, pb::ResumptionMode>(
    {{config::ResumptionMode::Tickets, pb::RESUMPTION_MODE_TICKETS},
     {config::ResumptionMode::Cache, pb::RESUMPTION_MODE_CACHE},
     {config::ResumptionMode::Disabled, pb::RESUMPTION_MODE_DISABLED}});

// None has no number: it is the absence of the message.
inline constexpr auto kClientCertificateModes =
    table<config::ClientCertificateMode, pb::ClientCertificateMode>(
        {{config::ClientCertificateMode::Optional, pb::CLIENT_CERTIFICATE_MODE_OPTIONAL},
         {config::ClientCertificateMode::Required, pb::CLIENT_CERTIFICATE_MODE_REQUIRED},
         {config::ClientCertificateMode::OptionalUnverified,
          pb::CLIENT_CERTIFICATE_MODE_OPTIONAL_UNVERIFIED}});

inline constexpr auto kCertificateNames = table<config::CertificateName, pb::CertificateName>(
    {{config::CertificateName::SanEmail, pb::CERTIFICATE_NAME_SAN_EMAIL},
     {config::CertificateName::SanDns, pb::CERTIFICATE_NAME_SAN_DNS},
     {config::CertificateName::SanUri, pb::CERTIFICATE_NAME_SAN_URI},
     {config::CertificateName::SubjectCommonName, pb::CERTIFICATE_NAME_SUBJECT_COMMON_NAME}});

inline constexpr auto kCapabilitySources = table<config::CapabilitySource, pb::CapabilitySource>(
    {{config::CapabilitySource::Backends, pb::CAPABILITY_SOURCE_BACKENDS},
     {config::CapabilitySource::List, pb::CAPABILITY_SOURCE_LIST}});

inline constexpr auto kSessionLoggings = table<config::SessionLogging, pb::SessionLogging>(
    {{config::SessionLogging::All, pb::SESSION_LOGGING_ALL},
     {config::SessionLogging::Failures, pb::SESSION_LOGGING_FAILURES},
     {config::SessionLogging::None, pb::SESSION_LOGGING_NONE}});

inline constexpr auto kLogLevels =
    table<config::LogLevel, pb::LogLevel>({{config::LogLevel::Error, pb::LOG_LEVEL_ERROR},
                                           {config::LogLevel::Warning, pb::LOG_LEVEL_WARNING},
                                           {config::LogLevel::Info, pb::LOG_LEVEL_INFO},
                                           {config::LogLevel::Debug, pb::LOG_LEVEL_DEBUG}});

inline constexpr auto kListenerTls = table<config::ListenerTls, pb::ListenerTls>(
    {{config::ListenerTls::Implicit, pb::LISTENER_TLS_IMPLICIT},
     {config::ListenerTls::StartTls, pb::LISTENER_TLS_STARTTLS},
     {config::ListenerTls::Disabled, pb::LISTENER_TLS_DISABLED}});

inline constexpr auto kOtherPeers = table<config::OtherPeers, pb::OtherPeers>(
    {{config::OtherPeers::Direct, pb::OTHER_PEERS_DIRECT},
     {config::OtherPeers::Refuse, pb::OTHER_PEERS_REFUSE},
     {config::OtherPeers::HeaderIgnored, pb::OTHER_PEERS_HEADER_IGNORED}});

inline constexpr auto kPlaintexts =
    table<config::Plaintext, pb::Plaintext>({{config::Plaintext::Refuse, pb::PLAINTEXT_REFUSE},
                                             {config::Plaintext::Allow, pb::PLAINTEXT_ALLOW}});

// A choice without a row ends as UNSPECIFIED, which the other side refuses; a test walks all rows.
template <class Value, class Wire, std::size_t N>
[[nodiscard]] constexpr Wire to_wire(Value value, const EnumTable<Value, Wire, N>& rows) {
  for (const auto& [known, wire] : rows) {
    if (known == value) return wire;
  }
  return Wire{};
}

}  // namespace postern::wire
