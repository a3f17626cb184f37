#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "common/wire/bodies.h"
#include "common/wire/lists.h"

namespace postern::wire {

namespace {

constexpr std::uint32_t kMostRequestTimeoutMs = 600'000;
constexpr std::uint32_t kMostCacheSeconds = 7 * 86'400;
constexpr std::uint32_t kMostCacheEntries = 1'000'000;
constexpr int kMostHeaders = 64;

bool is_token_sign(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_sign);
}

// In a request line or a host: a blank or a line's end would begin something else there (R8).
bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

void encode_service(const config::HttpService& service, pb::HttpService& out) {
  out.set_secure(service.secure);
  out.set_host(service.host);
  out.set_port(service.port);
  out.set_target(service.target);
  for (const ServerAddress& address : service.addresses) out.add_addresses(address.text());
  encode_backend_tls(service.tls, *out.mutable_tls());
  for (const config::HttpHeader& header : service.headers) {
    pb::HttpHeader& to = *out.add_headers();
    to.set_name(header.name);
    to.set_value(header.value);
    to.set_secret(header.secret);
  }
}

std::vector<ServerAddress> decode_addresses(const TextList& list, const FieldPath& here,
                                            Decoding& decoding) {
  std::vector<ServerAddress> addresses;
  if (std::cmp_greater(list.size(), limits::kServiceAddresses)) {
    decoding.refuse(here, fmt::format("has more than {}", limits::kServiceAddresses));
    return addresses;
  }
  for (int i = 0; i < list.size(); ++i) {
    const auto address = SocketAddress::parse(list[i]);
    if (address && address->port != 0) {
      addresses.push_back(ServerAddress{*address});
    } else {
      decoding.refuse(here.at(i),
                      fmt::format("'{}' is not an IP address and a port", printable(list[i], 64)));
    }
  }
  return addresses;
}

config::HttpHeader decode_header(const pb::HttpHeader& message, const FieldPath& here,
                                 Decoding& decoding) {
  config::HttpHeader header{message.name(), message.value(), message.secret()};
  if (!is_token(header.name)) decoding.refuse(here / "name", "is not the name of a header");
  if (has_control(header.value)) decoding.refuse(here / "value", "has control octets");
  if (!header.value.empty() && !header.secret.empty()) {
    decoding.refuse(here, "has a literal value and a secret one");
  }
  return header;
}

config::HttpService decode_service(const pb::HttpService& message, const FieldPath& here,
                                   Decoding& decoding) {
  config::HttpService service;
  service.secure = message.secure();
  service.host = message.host();
  if (service.host.empty() || !is_visible(service.host)) {
    decoding.refuse(here / "host", "is not the name of a host");
  }
  service.port = decoding.port(message.port(), here / "port");
  service.target = message.target();
  if (!service.target.starts_with('/') || !is_visible(service.target)) {
    decoding.refuse(here / "target", "is not a path");
  }
  service.addresses = decode_addresses(message.addresses(), here / "addresses", decoding);
  const FieldPath tls = here / "tls";
  service.tls = decode_backend_tls(message.tls(), tls, decoding);
  const FieldPath headers = here / "headers";
  if (message.headers_size() > kMostHeaders) {
    decoding.refuse(headers, fmt::format("has more than {}", kMostHeaders));
    return service;
  }
  for (int i = 0; i < message.headers_size(); ++i) {
    const FieldPath header = headers.at(i);
    service.headers.push_back(decode_header(message.headers(i), header, decoding));
  }
  return service;
}

void encode_http(const config::HttpProvider& http, pb::HttpProvider& out) {
  encode_service(http.service, *out.mutable_service());
  out.set_style(to_wire(http.style, kAuthStyles));
  out.set_strictness(to_wire(http.strictness, kStrictnesses));
  out.set_refusal_text(to_wire(http.refusal_text, kRefusalTexts));
  out.set_sends_client_certificate(http.sends_client_certificate);
}

config::HttpProvider decode_http(const pb::HttpProvider& message, Decoding& decoding) {
  const FieldPath here{nullptr, "http"};
  config::HttpProvider http;
  const FieldPath service = here / "service";
  http.service = decode_service(message.service(), service, decoding);
  http.style = decoding.choice(message.style(), kAuthStyles, here / "style");
  http.strictness = decoding.choice(message.strictness(), kStrictnesses, here / "strictness");
  http.refusal_text = decoding.choice(message.refusal_text(), kRefusalTexts, here / "refusal_text");
  http.sends_client_certificate = message.sends_client_certificate();
  return http;
}

config::CertificateProvider decode_certificate(const pb::CertificateProvider& message,
                                               Decoding& decoding) {
  const FieldPath here{nullptr, "certificate"};
  return {decoding.choice(message.name_from(), kCertificateNames, here / "name_from")};
}

void encode_cache(const config::AnswerCache& cache, pb::AnswerCache& out) {
  out.set_accepted_s(static_cast<std::uint32_t>(cache.accepted.count()));
  out.set_rejected_s(static_cast<std::uint32_t>(cache.rejected.count()));
  out.set_max_entries(cache.max_entries);
  out.set_stale_when_unavailable(cache.stale_when_unavailable);
}

config::AnswerCache decode_cache(const pb::AnswerCache& message, Decoding& decoding) {
  const FieldPath here{nullptr, "cache"};
  config::AnswerCache cache;
  cache.accepted = std::chrono::seconds(
      within(message.accepted_s(), 0, kMostCacheSeconds, here / "accepted_s", decoding));
  cache.rejected = std::chrono::seconds(
      within(message.rejected_s(), 0, kMostCacheSeconds, here / "rejected_s", decoding));
  cache.max_entries =
      within(message.max_entries(), 1, kMostCacheEntries, here / "max_entries", decoding);
  cache.stale_when_unavailable = message.stale_when_unavailable();
  return cache;
}

}  // namespace

void encode_provider(const config::Provider& provider, pb::Provider& out) {
  out.set_name(provider.name);
  put_texts(provider.domains, out.mutable_domains());
  out.set_timeout_ms(static_cast<std::uint32_t>(provider.timeout.count()));
  out.set_on_unavailable(to_wire(provider.on_unavailable, kNoAnswers));
  out.set_on_reject(to_wire(provider.on_reject, kOnRejects));
  encode_mechanisms(provider.mechanisms, *out.mutable_mechanisms());
  if (provider.cache) encode_cache(*provider.cache, *out.mutable_cache());
  if (const auto* http = std::get_if<config::HttpProvider>(&provider.kind)) {
    encode_http(*http, *out.mutable_http());
  } else if (const auto* own = std::get_if<config::CertificateProvider>(&provider.kind)) {
    out.mutable_certificate()->set_name_from(to_wire(own->name_from, kCertificateNames));
  } else {
    (void)out.mutable_backend();
  }
}

config::Provider decode_provider(const pb::Provider& message, Decoding& decoding) {
  config::Provider provider;
  provider.name = message.name();
  provider.domains = texts(message.domains());
  provider.timeout = Duration(
      within(message.timeout_ms(), 1, kMostRequestTimeoutMs, {nullptr, "timeout_ms"}, decoding));
  provider.on_unavailable =
      decoding.choice(message.on_unavailable(), kNoAnswers, {nullptr, "on_unavailable"});
  provider.on_reject = decoding.choice(message.on_reject(), kOnRejects, {nullptr, "on_reject"});
  provider.mechanisms = decode_mechanisms(message.mechanisms(), {nullptr, "mechanisms"}, decoding);
  if (message.has_cache()) provider.cache = decode_cache(message.cache(), decoding);
  switch (message.kind_case()) {
    case pb::Provider::kBackend: provider.kind = config::BackendProvider{}; break;
    case pb::Provider::kHttp: provider.kind = decode_http(message.http(), decoding); break;
    case pb::Provider::kCertificate:
      provider.kind = decode_certificate(message.certificate(), decoding);
      break;
    case pb::Provider::KIND_NOT_SET:
      // Another way to ask: whoever it would refuse must not get in by this one.
      decoding.refuse({nullptr, "kind"}, "is not set, or of a kind that this build does not know",
                      DecodeFailure::Unsupported);
      break;
  }
  return provider;
}

}  // namespace postern::wire
