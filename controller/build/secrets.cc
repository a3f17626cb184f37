#include "controller/build/secrets.h"

#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"

namespace postern::build {
namespace {

ByteView octets_of(const model::SecretObject& secret, const std::string& key) {
  const auto found = secret.data.find(key);
  return found == secret.data.end() ? ByteView{} : found->second.reveal();
}

// Where authorities stand, whatever the kind of the object.
struct Bundle {
  const model::Meta* meta = nullptr;  // null: there is no such object
  std::string_view pem;
};

Bundle find_bundle(const world::World& world, const model::BundleRef& ref) {
  if (ref.kind == "ConfigMap") {
    const model::ConfigMapObject* map = world.config_map(ref.object_namespace, ref.name);
    if (map == nullptr) return {};
    const auto found = map->data.find(ref.key);
    return {&map->meta, found == map->data.end() ? std::string_view{} : found->second};
  }
  const model::SecretObject* secret = world.secret(ref.object_namespace, ref.name);
  if (secret == nullptr) return {};
  return {&secret->meta, octets_of(*secret, ref.key)};
}

std::string add_bundle(Draft& draft, ServerDraft& server, const model::BundleRef& ref,
                       const Bundle& bundle) {
  // A Secret and a ConfigMap may have one name; no name has a slash.
  const std::string kind = ref.kind == "ConfigMap" ? "ConfigMap/" : "";
  std::string name = fmt::format("{}/{}{}#{}", ref.object_namespace, kind, ref.name, ref.key);
  const config::SecretMaterial material = config::TrustBundle{std::string(bundle.pem)};
  draft.add(name, material, server.spec->meta);
  draft.add(name, material, *bundle.meta);
  return name;
}

}  // namespace

std::optional<std::string> add_key_pair(Draft& draft, ServerDraft& server,
                                        const model::ObjectRef& ref, const std::string& field) {
  const model::ObjectKey key{"Secret", ref.object_namespace, ref.name};
  const model::SecretObject* secret = draft.world().secret(ref.object_namespace, ref.name);
  auto refusal =
      check_namespace(field, server.spec->meta.key.object_namespace, ref.object_namespace);
  if (!refusal) refusal = check_key_pair(field, key, secret);
  if (refusal) {
    server.remark(std::move(refusal));
    return std::nullopt;
  }
  server.remark(check_expiry(field, *secret, draft.terms().now_unix_s));
  config::KeyPair pair;
  pair.chain_pem = octets_of(*secret, "tls.crt");
  pair.key_pem = secret->data.at("tls.key");
  pair.dns_names = secret->certificate->dns_names;
  pair.not_after_unix_s = secret->certificate->not_after_unix_s;
  const config::SecretMaterial material = std::move(pair);
  draft.add(key.path(), material, server.spec->meta);
  draft.add(key.path(), material, secret->meta);
  return key.path();
}

std::optional<std::string> add_trust(Draft& draft, ServerDraft& server, const model::BundleRef& ref,
                                     const std::string& field) {
  auto refusal =
      check_namespace(field, server.spec->meta.key.object_namespace, ref.object_namespace);
  const Bundle bundle = find_bundle(draft.world(), ref);
  const std::string object = fmt::format("{} {}/{}", ref.kind, ref.object_namespace, ref.name);
  if (!refusal && bundle.meta == nullptr) {
    refusal =
        Remark{field, ref.kind == "ConfigMap" ? "ConfigMapNotFound" : "SecretNotFound",
               fmt::format("there is no {}; put the authorities there, under {}", object, ref.key)};
  }
  if (!refusal && bundle.pem.find("-----BEGIN") == std::string_view::npos) {
    refusal = Remark{
        field, "InvalidCertificate",
        fmt::format("{} has no certificates under {}: put them there in PEM", object, ref.key)};
  }
  if (refusal) {
    server.remark(std::move(refusal));
    return std::nullopt;
  }
  return add_bundle(draft, server, ref, bundle);
}

std::optional<std::string> add_own_trust(Draft& draft, ServerDraft& server,
                                         const model::ObjectRef& ref) {
  if (ref.object_namespace != server.spec->meta.key.object_namespace) return std::nullopt;
  const model::BundleRef own{"Secret", ref.name, ref.object_namespace, "ca.crt"};
  const Bundle bundle = find_bundle(draft.world(), own);
  // cert-manager writes ca.crt empty where the issuer has none to tell: not an error.
  if (bundle.pem.find("-----BEGIN") == std::string_view::npos) return std::nullopt;
  return add_bundle(draft, server, own, bundle);
}

}  // namespace postern::build
