// Who checks credentials.
#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

namespace {

model::ServiceTlsSpec read_service_tls(const Node& tls, const std::string& own_namespace) {
  model::ServiceTlsSpec out;
  for (const Node& ref : items_at(tls, "caCertificateRefs")) {
    out.ca_certificate_refs.push_back(read_bundle_ref(ref, own_namespace));
  }
  if (const Node* ref = tls.find("clientCertificateRef")) {
    out.client_certificate_ref = read_object_ref(*ref, own_namespace);
  }
  out.server_name = text_at(tls, "serverName");
  if (has(tls, "verification")) out.verification = text_at(tls, "verification");
  return out;
}

model::HeaderSpec read_header(const Node& header, const std::string& own_namespace) {
  model::HeaderSpec out{text_at(header, "name"), text_at(header, "value"), {}};
  if (const Node* ref = header.find("secretKeyRef")) {
    const model::ObjectRef object = read_object_ref(*ref, own_namespace);
    out.secret = model::SecretKeyRef{object.name, object.object_namespace, text_at(*ref, "key")};
  }
  return out;
}

model::EndpointSpec read_endpoint(const Node& endpoint, const std::string& own_namespace) {
  model::EndpointSpec out;
  if (const Node* ref = endpoint.find("serviceRef")) {
    out.service =
        model::ServicePortRef{read_object_ref(*ref, own_namespace),
                              static_cast<std::uint16_t>(count_at(*ref, "port").value_or(0))};
    out.url.secure = text_at(endpoint, "scheme") != "HTTP";
    if (has(endpoint, "path")) out.url.target = text_at(endpoint, "path");
  } else {
    out.url = model::parse_service_url(text_at(endpoint, "url")).value_or(model::ServiceUrl{});
  }
  if (const Node* tls = endpoint.find("tls")) out.tls = read_service_tls(*tls, own_namespace);
  for (const Node& header : items_at(endpoint, "headers")) {
    out.headers.push_back(read_header(header, own_namespace));
  }
  return out;
}

model::HttpProviderSpec read_http(const Node& http, const std::string& own_namespace) {
  model::HttpProviderSpec out;
  out.endpoint = read_endpoint(http, own_namespace);
  if (has(http, "style")) out.style = text_at(http, "style");
  if (has(http, "strictness")) out.strictness = text_at(http, "strictness");
  if (has(http, "clientCertificate")) out.client_certificate = text_at(http, "clientCertificate");
  if (has(http, "refusalText")) out.refusal_text = text_at(http, "refusalText");
  return out;
}

model::BackendProviderSpec read_backend_provider(const Node& backend) {
  model::BackendProviderSpec out{texts_at(backend, "mechanisms")};
  if (out.mechanisms.empty()) out.mechanisms = {"PLAIN", "LOGIN"};
  return out;
}

model::AnswerCacheSpec read_cache(const Node& cache) {
  model::AnswerCacheSpec out;
  out.accepted = duration_at(cache, "accepted");
  out.rejected = duration_at(cache, "rejected");
  if (const auto most = count_at(cache, "maxEntries")) out.max_entries = *most;
  if (has(cache, "stale")) out.stale = text_at(cache, "stale");
  return out;
}

model::ProviderSpec read_provider(const Node& provider, const std::string& own_namespace) {
  model::ProviderSpec out;
  out.name = text_at(provider, "name");
  out.domains = texts_at(provider, "domains");
  out.timeout = duration_at(provider, "timeout");
  if (has(provider, "onUnavailable")) out.on_unavailable = text_at(provider, "onUnavailable");
  if (has(provider, "onReject")) out.on_reject = text_at(provider, "onReject");
  if (const Node* cache = provider.find("cache")) out.cache = read_cache(*cache);
  if (const Node* http = provider.find("http")) {
    out.kind = read_http(*http, own_namespace);
  } else if (const Node* certificate = provider.find("clientCertificate")) {
    out.kind = read_certificate_provider(*certificate);
  } else {
    static const Node kAbsent;
    const Node* backend = provider.find("backend");
    out.kind = read_backend_provider(backend == nullptr ? kAbsent : *backend);
  }
  return out;
}

}  // namespace

std::vector<model::ProviderSpec> read_providers(const Node& spec,
                                                const std::string& own_namespace) {
  std::vector<model::ProviderSpec> out;
  const Node* authentication = spec.find("authentication");
  if (authentication == nullptr) return out;
  for (const Node& provider : items_at(*authentication, "providers")) {
    out.push_back(read_provider(provider, own_namespace));
  }
  return out;
}

}  // namespace postern::decode
