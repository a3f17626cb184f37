// Who checks credentials, as a MailServer writes it, and where a service is that is asked. Only
// what is honoured has a member here (decode/honoured).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "controller/model/client_certificates.h"
#include "controller/model/references.h"

namespace postern::model {

struct ServiceTlsSpec {
  std::vector<BundleRef> ca_certificate_refs;
  std::optional<ObjectRef> client_certificate_ref;
  std::string server_name;  // empty: absent
  std::string verification = "Full";
  friend bool operator==(const ServiceTlsSpec&, const ServiceTlsSpec&) = default;
};

struct HeaderSpec {
  std::string name;
  std::string value;  // without `secret`
  std::optional<SecretKeyRef> secret;
  friend bool operator==(const HeaderSpec&, const HeaderSpec&) = default;
};

// Of `url`, in its parts.
struct ServiceUrl {
  bool secure = true;
  std::string host;  // lower case; an IPv6 address without brackets
  std::uint16_t port = 443;
  std::string target = "/";
  friend bool operator==(const ServiceUrl&, const ServiceUrl&) = default;
};
// Nothing: it names a user, has a fragment, or no host or port that could be one.
[[nodiscard]] std::optional<ServiceUrl> parse_service_url(std::string_view text);

struct ServicePortRef {
  ObjectRef service;
  std::uint16_t port = 0;
  friend bool operator==(const ServicePortRef&, const ServicePortRef&) = default;
};

struct EndpointSpec {
  std::optional<ServicePortRef> service;  // nothing: by `url`
  ServiceUrl url;                         // with `service`: scheme and path alone count
  // Of a host that is a name: whoever has the object resolves it and fills this in.
  std::vector<IpAddress> url_addresses;
  ServiceTlsSpec tls;
  std::vector<HeaderSpec> headers;
  friend bool operator==(const EndpointSpec&, const EndpointSpec&) = default;

  // The host that has to be looked up; empty: none.
  [[nodiscard]] std::string name_to_resolve() const;
};

struct BackendProviderSpec {
  std::vector<std::string> mechanisms;  // PLAIN and LOGIN when absent
  friend bool operator==(const BackendProviderSpec&, const BackendProviderSpec&) = default;
};

struct HttpProviderSpec {
  EndpointSpec endpoint;
  std::string style = "JSON";
  std::string strictness = "Strict";
  std::string client_certificate = "Omit";
  std::string refusal_text = "Replace";
  friend bool operator==(const HttpProviderSpec&, const HttpProviderSpec&) = default;
};

// In whole seconds: part of one is not kept.
struct AnswerCacheSpec {
  std::optional<Duration> accepted;
  std::optional<Duration> rejected;
  std::uint32_t max_entries = 10'000;
  std::string stale = "Never";
  friend bool operator==(const AnswerCacheSpec&, const AnswerCacheSpec&) = default;
};

struct ProviderSpec {
  std::string name;
  std::vector<std::string> domains;
  std::optional<Duration> timeout;
  std::string on_unavailable = "TemporaryFailure";
  std::string on_reject = "Stop";
  std::optional<AnswerCacheSpec> cache;
  std::variant<BackendProviderSpec, HttpProviderSpec, CertificateProviderSpec> kind;
  friend bool operator==(const ProviderSpec&, const ProviderSpec&) = default;

  [[nodiscard]] const HttpProviderSpec* http() const {
    return std::get_if<HttpProviderSpec>(&kind);
  }
};

}  // namespace postern::model
