// Providers. One that lacks something keeps its place and has no address: its users are told to
// come back, and nobody else decides about them but by its own onUnavailable.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "controller/build/checks.h"
#include "controller/build/class_rules.h"
#include "controller/build/passes.h"
#include "controller/build/secrets.h"
#include "controller/build/service_addresses.h"
#include "controller/build/words.h"

namespace postern::build {
namespace {

struct ProviderAt {
  const model::ProviderSpec& spec;
  std::string field;  // "spec.authentication.providers[0]"
};

// It cannot be asked rightly, so it is not asked.
void close(config::HttpService& service) { service.addresses.clear(); }

// False: who answers could not be verified.
bool add_tls(const Setting& setting, ServerDraft& server, const ProviderAt& at,
             config::HttpService& service) {
  const model::ServiceTlsSpec& spec = at.spec.http()->endpoint.tls;
  const std::string field = at.field + ".http.tls";
  config::BackendTls& tls = service.tls;
  tls.verification = verification_word(spec.verification);
  tls.server_names = {spec.server_name.empty() ? service.host : spec.server_name};
  bool usable = add_authorities(setting, server, spec.ca_certificate_refs, field, tls);
  if (spec.client_certificate_ref) {
    auto pair = add_key_pair(setting, server, *spec.client_certificate_ref,
                             field + ".clientCertificateRef");
    usable = usable && pair;
    if (pair) tls.client_key_pair = std::move(*pair);
  }
  if (tls.verification == config::Verification::None) {
    server.remark(insecure(field + ".verification", "ProviderUnverified",
                           fmt::format("anybody between the proxy and auth service {} can read "
                                       "passwords and let people in",
                                       at.spec.name)));
  } else if (tls.verification == config::Verification::Full &&
             IpAddress::parse(tls.server_names.front())) {
    server.remark(Remark{field + ".serverName", "InvalidField",
                         "a certificate is verified by name, and the url has an address: write "
                         "tls.serverName"});
    return false;
  }
  return usable;
}

bool add_headers(const Setting& setting, ServerDraft& server, const ProviderAt& at,
                 config::HttpService& service) {
  const auto& headers = at.spec.http()->endpoint.headers;
  bool all = true;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    config::HttpHeader header{headers[i].name, headers[i].value, ""};
    if (headers[i].secret) {
      const std::string field = fmt::format("{}.http.headers[{}].secretKeyRef", at.field, i);
      auto name = add_text(setting, server, *headers[i].secret, field);
      all = all && name;
      if (!name) continue;
      header.secret = std::move(*name);
    }
    service.headers.push_back(std::move(header));
  }
  return all;
}

void warn(ServerDraft& server, const ProviderAt& at) {
  const model::HttpProviderSpec& http = *at.spec.http();
  if (!http.endpoint.url.secure) {
    const char* key = http.endpoint.service ? ".http.scheme" : ".http.url";
    server.remark(
        insecure(at.field + key, "ProviderPlaintext",
                 fmt::format("passwords go to auth service {} in clear text", at.spec.name)));
  }
  if (http.strictness == "Nginx") {
    server.remark(insecure(at.field + ".http.strictness", "LenientProvider",
                           fmt::format("an answer of auth service {} without Auth-Status lets "
                                       "people in, whatever its status code",
                                       at.spec.name)));
  }
}

config::HttpProvider http_provider(const Setting& setting, ServerDraft& server,
                                   const ProviderAt& at) {
  const model::HttpProviderSpec& spec = *at.spec.http();
  config::HttpProvider out;
  out.style = spec.style == "AuthHTTP" ? config::AuthStyle::AuthHttp : config::AuthStyle::Json;
  out.strictness =
      spec.strictness == "Nginx" ? config::Strictness::Nginx : config::Strictness::Strict;
  out.refusal_text = spec.refusal_text == "PassThrough" ? config::RefusalText::PassThrough
                                                        : config::RefusalText::Replace;
  out.sends_client_certificate = spec.client_certificate == "Send";
  config::HttpService& service = out.service;
  service.secure = spec.endpoint.url.secure;
  service.target = spec.endpoint.url.target;
  bool usable =
      add_place(setting, server, {spec.endpoint, at.field + ".http", at.spec.name}, service);
  warn(server, at);
  if (service.secure) usable = add_tls(setting, server, at, service) && usable;
  usable = add_headers(setting, server, at, service) && usable;
  if (!usable) close(service);
  return out;
}

MechanismSet checked_by(const model::ProviderSpec& spec) {
  MechanismSet out;
  if (std::holds_alternative<model::CertificateProviderSpec>(spec.kind)) {
    return {Mechanism::External};
  }
  if (spec.http() != nullptr) {
    // running.md 6: AuthHTTP is told the mechanism, whichever it is; JSON has passwords and tokens.
    if (spec.http()->style != "AuthHTTP") {
      return {Mechanism::Plain, Mechanism::Login, Mechanism::XOAuth2, Mechanism::OAuthBearer};
    }
    for (const Mechanism mechanism : kMechanisms) out.add(mechanism);
    return out;
  }
  for (const std::string& name : std::get<model::BackendProviderSpec>(spec.kind).mechanisms) {
    if (const auto mechanism = mechanism_named(name)) out.add(*mechanism);
  }
  return out;
}

config::AnswerCache cache_of(const model::AnswerCacheSpec& spec) {
  const auto seconds = [](const std::optional<Duration>& kept) {
    return std::chrono::floor<std::chrono::seconds>(kept.value_or(Duration{0}));
  };
  return {seconds(spec.accepted), seconds(spec.rejected), spec.max_entries,
          spec.stale == "WhenUnavailable"};
}

std::vector<std::string> sorted_domains(std::vector<std::string> domains) {
  for (std::string& domain : domains) domain = lower(domain);
  std::ranges::sort(domains);
  return domains;
}

config::Provider provider_of(const Setting& setting, ServerDraft& server, const ProviderAt& at) {
  config::Provider out;
  out.name = at.spec.name;
  out.domains = sorted_domains(at.spec.domains);
  if (at.spec.timeout) out.timeout = *at.spec.timeout;
  out.on_unavailable = at.spec.on_unavailable == "NextProvider"
                           ? config::NoAnswer::NextProvider
                           : config::NoAnswer::TemporaryFailure;
  out.on_reject =
      at.spec.on_reject == "NextProvider" ? config::OnReject::NextProvider : config::OnReject::Stop;
  out.mechanisms = checked_by(at.spec);
  if (at.spec.cache) out.cache = cache_of(*at.spec.cache);
  if (at.spec.http() != nullptr) out.kind = http_provider(setting, server, at);
  if (const auto* own = std::get_if<model::CertificateProviderSpec>(&at.spec.kind)) {
    out.kind = config::CertificateProvider{certificate_name_word(own->username_from)};
  }
  return out;
}

// As without providers: what proxies of the version before know.
bool is_plain_backend(const std::vector<model::ProviderSpec>& providers) {
  if (providers.size() != 1 || !providers[0].domains.empty()) return false;
  const auto* pod = std::get_if<model::BackendProviderSpec>(&providers[0].kind);
  return pod != nullptr && std::ranges::all_of(pod->mechanisms, [](const std::string& name) {
           return name == "PLAIN" || name == "LOGIN";
         });
}

}  // namespace

void build_providers(const Setting& setting, ServerDraft& server) {
  const auto& providers = server.spec->providers;
  for (std::size_t i = 0; i < providers.size(); ++i) {
    const ProviderAt at{providers[i], fmt::format("spec.authentication.providers[{}]", i)};
    server.providers.push_back(
        {server.path + "/" + providers[i].name, provider_of(setting, server, at)});
  }
  server.names_providers = !providers.empty() && !is_plain_backend(providers);
}

}  // namespace postern::build
