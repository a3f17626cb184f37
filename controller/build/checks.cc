#include "controller/build/checks.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace postern::build {

bool certificate_covers(const NameList& dns_names, std::string_view hostname) {
  const auto covers = [&](std::string_view name) {
    if (name == hostname) return true;
    if (!name.starts_with("*.") || hostname.starts_with("*")) return false;
    // RFC 9525 §6.3: the wildcard is one whole label, the left-most.
    const std::size_t dot = hostname.find('.');
    return dot != std::string_view::npos && dot > 0 && hostname.substr(dot) == name.substr(1);
  };
  return std::ranges::any_of(dns_names, covers);
}

std::optional<Remark> check_reference(const world::World& world, std::string field,
                                      std::string_view own, const model::ObjectKey& wanted) {
  if (own == wanted.object_namespace || world.grants(own, wanted)) return std::nullopt;
  return Remark{std::move(field), "RefNotPermitted",
                fmt::format("refers to {} {}, and no ReferenceGrant in namespace {} lets "
                            "MailServers of {} refer to it: make one there, or put a copy in {}",
                            wanted.kind, wanted.path(), wanted.object_namespace, own, own)};
}

std::optional<Remark> check_key_pair(std::string field, const model::ObjectKey& key,
                                     const model::SecretObject* secret) {
  if (secret == nullptr) {
    return Remark{
        std::move(field), "SecretNotFound",
        fmt::format("there is no Secret {}; make one of type kubernetes.io/tls", key.path())};
  }
  if (secret->type != "kubernetes.io/tls") {
    return Remark{std::move(field), "InvalidSecret",
                  fmt::format("Secret {} has the type {}; a certificate is in one of type "
                              "kubernetes.io/tls",
                              key.path(), secret->type.empty() ? "Opaque" : secret->type)};
  }
  const auto& facts = secret->certificate;
  const bool whole = secret->data.contains("tls.crt") && secret->data.contains("tls.key");
  if (!whole || !facts || !facts->problem.empty()) {
    return Remark{std::move(field),
                  facts && facts->key_mismatch ? "KeyMismatch" : "InvalidCertificate",
                  fmt::format("Secret {}: {}", key.path(),
                              facts && !facts->problem.empty() ? facts->problem
                                                               : "needs tls.crt and tls.key")};
  }
  return std::nullopt;
}

std::optional<Remark> check_expiry(std::string field, const model::SecretObject& secret,
                                   std::int64_t now_unix_s) {
  if (now_unix_s == 0 || now_unix_s <= secret.certificate->not_after_unix_s) return std::nullopt;
  return Remark{
      std::move(field), "CertificateExpired",
      fmt::format("the certificate in Secret {} has expired: renew it", secret.meta.key.path()),
      model::Severity::Warning};
}

Remark insecure(std::string field, std::string reason, std::string message) {
  return {std::move(field), std::move(reason), std::move(message), model::Severity::Warning};
}

Remark nothing_served() {
  return {"spec.protocols", "NoListeners",
          "nothing is served: every listener is off, for the reasons told beside"};
}

Remark not_supported_yet(std::string field, std::string_view what) {
  std::string message = fmt::format("not supported yet: {}: {}", field, what);
  return {std::move(field), "NotSupportedYet", std::move(message)};
}

}  // namespace postern::build
