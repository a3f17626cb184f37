#include "controller/build/secrets.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "controller/build/checks.h"
#include "controller/build/last_good.h"

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

std::string add_bundle(ServerDraft& server, const model::BundleRef& ref, const Bundle& bundle) {
  // A Secret and a ConfigMap may have one name; no name has a slash.
  const std::string kind = ref.kind == "ConfigMap" ? "ConfigMap/" : "";
  std::string name = fmt::format("{}/{}{}#{}", ref.object_namespace, kind, ref.name, ref.key);
  server.secrets[name] = std::make_shared<const SecretDraft>(
      SecretDraft{config::TrustBundle{std::string(bundle.pem)}, source_of(*bundle.meta)});
  return name;
}

// What has to stand under a key, and how people call it.
struct PemWish {
  const model::BundleRef& ref;
  const std::string& field;
  std::string_view begin;
  std::string_view what;    // "put the authorities there"
  std::string_view blocks;  // "has no certificates"
};

std::optional<Remark> check_pem(const Setting& setting, const ServerDraft& server,
                                const PemWish& wish, const Bundle& bundle) {
  const model::BundleRef& ref = wish.ref;
  if (auto refusal =
          check_reference(setting.world, wish.field, server.spec->meta.key.object_namespace,
                          {ref.kind, ref.object_namespace, ref.name})) {
    return refusal;
  }
  const std::string object = fmt::format("{} {}/{}", ref.kind, ref.object_namespace, ref.name);
  if (bundle.meta == nullptr) {
    return Remark{
        wish.field, ref.kind == "ConfigMap" ? "ConfigMapNotFound" : "SecretNotFound",
        fmt::format("there is no {}; put the {} there, under {}", object, wish.what, ref.key)};
  }
  if (bundle.pem.find(wish.begin) == std::string_view::npos) {
    return Remark{
        wish.field, "InvalidCertificate",
        fmt::format("{} has no {} under {}: put them there in PEM", object, wish.blocks, ref.key)};
  }
  return std::nullopt;
}

std::optional<std::string> add_pem(const Setting& setting, ServerDraft& server,
                                   const PemWish& wish) {
  const Bundle bundle = find_bundle(setting.world, wish.ref);
  if (auto refusal = check_pem(setting, server, wish, bundle)) {
    server.remark(std::move(refusal));
    return std::nullopt;
  }
  return add_bundle(server, wish.ref, bundle);
}

LastGood::Kept pair_of(const model::SecretObject& secret) {
  config::KeyPair pair;
  pair.chain_pem = std::string(octets_of(secret, "tls.crt"));
  pair.key_pem = secret.data.at("tls.key");
  pair.dns_names = secret.certificate->dns_names;
  pair.not_after_unix_s = secret.certificate->not_after_unix_s;
  return std::make_shared<const SecretDraft>(SecretDraft{std::move(pair), source_of(secret.meta)});
}

bool has_expired(const LastGood::Kept& kept, std::int64_t now_unix_s) {
  return now_unix_s != 0 && now_unix_s > std::get<config::KeyPair>(kept->material).not_after_unix_s;
}

// What is the matter with a Secret that is there, and whether its pair can be used all the same.
struct Judgement {
  std::optional<Remark> problem;
  bool usable = false;
};

Judgement judge(const Setting& setting, const std::string& field, const model::ObjectKey& key) {
  const model::SecretObject* secret = setting.world.secret(key.object_namespace, key.name);
  if (auto refusal = check_key_pair(field, key, secret)) return {std::move(refusal), false};
  return {check_expiry(field, *secret, setting.terms.now_unix_s), true};
}

std::string use(ServerDraft& server, const std::string& name, const LastGood::Kept& kept) {
  server.secrets[name] = kept;
  return name;
}

}  // namespace

std::optional<std::string> add_key_pair(const Setting& setting, ServerDraft& server,
                                        const model::ObjectRef& ref, const std::string& field) {
  const model::ObjectKey key{"Secret", ref.object_namespace, ref.name};
  if (auto refusal =
          check_reference(setting.world, field, server.spec->meta.key.object_namespace, key)) {
    server.remark(std::move(refusal));
    return std::nullopt;
  }
  const std::string name = key.path();
  const model::SecretObject* secret = setting.world.secret(key.object_namespace, key.name);
  if (secret == nullptr) setting.last_good.forget(name);
  Judgement judged = judge(setting, field, key);
  // KC11: cert-manager writes certificate and key in two steps, and people copy old files.
  const LastGood::Kept before = setting.last_good.find(name);
  const bool is_over = before != nullptr && has_expired(before, setting.terms.now_unix_s);
  if (judged.problem && before != nullptr && (!judged.usable || !is_over)) {
    judged.problem->message += "; the certificate before it stays in use";
    if (is_over) judged.problem->message += ", and has expired";
    server.remark(std::move(judged.problem));
    return use(server, name, before);
  }
  server.remark(std::move(judged.problem));
  if (!judged.usable) return std::nullopt;
  const LastGood::Kept now = pair_of(*secret);
  setting.last_good.keep(name, now);
  return use(server, name, now);
}

std::optional<std::string> add_trust(const Setting& setting, ServerDraft& server,
                                     const model::BundleRef& ref, const std::string& field) {
  return add_pem(setting, server, {ref, field, "-----BEGIN", "authorities", "certificates"});
}

bool add_authorities(const Setting& setting, ServerDraft& server,
                     const std::vector<model::BundleRef>& refs, const std::string& field,
                     config::BackendTls& tls) {
  tls.system_trust = refs.empty();
  bool all = true;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    auto name =
        add_trust(setting, server, refs[i], fmt::format("{}.caCertificateRefs[{}]", field, i));
    all = all && name;
    if (name) tls.trust.push_back(std::move(*name));
  }
  return all;
}

std::optional<std::string> add_revocations(const Setting& setting, ServerDraft& server,
                                           const model::BundleRef& ref, const std::string& field) {
  return add_pem(setting, server,
                 {ref, field, "-----BEGIN X509 CRL-----", "revocation lists", "revocation lists"});
}

std::optional<std::string> add_own_trust(const Setting& setting, ServerDraft& server,
                                         const model::ObjectRef& ref) {
  const model::ObjectKey key{"Secret", ref.object_namespace, ref.name};
  if (check_reference(setting.world, {}, server.spec->meta.key.object_namespace, key)) {
    return std::nullopt;  // said where the pair is used
  }
  const model::BundleRef own{"Secret", ref.name, ref.object_namespace, "ca.crt"};
  const Bundle bundle = find_bundle(setting.world, own);
  // cert-manager writes ca.crt empty where the issuer has none to tell: not an error.
  if (bundle.pem.find("-----BEGIN") == std::string_view::npos) return std::nullopt;
  return add_bundle(server, own, bundle);
}

std::optional<std::string> add_text(const Setting& setting, ServerDraft& server,
                                    const model::SecretKeyRef& ref, const std::string& field) {
  auto refusal = check_reference(setting.world, field, server.spec->meta.key.object_namespace,
                                 {"Secret", ref.object_namespace, ref.name});
  const model::SecretObject* secret = setting.world.secret(ref.object_namespace, ref.name);
  const std::string path = ref.object_namespace + "/" + ref.name;
  if (!refusal && secret == nullptr) {
    refusal = Remark{field, "SecretNotFound", fmt::format("there is no Secret {}", path)};
  }
  const ByteView octets = secret == nullptr ? ByteView{} : octets_of(*secret, ref.key);
  if (!refusal && octets.empty()) {
    refusal = Remark{field, "InvalidSecret",
                     fmt::format("Secret {} has nothing under {}", path, ref.key)};
  }
  if (!refusal && octets.size() > limits::kHeaderTextOctets) {
    refusal =
        Remark{field, "InvalidSecret",
               fmt::format("Secret {}: {} is too long for a header: it has {} octets, and may "
                           "have {}",
                           path, ref.key, octets.size(), limits::kHeaderTextOctets)};
  }
  // It would end the line of the request that it is put into.
  if (!refusal && has_control(octets)) {
    refusal = Remark{field, "InvalidSecret",
                     fmt::format("Secret {}: {} has a line's end or other control signs in it; "
                                 "write it without (printf, not echo)",
                                 path, ref.key)};
  }
  if (refusal) {
    server.remark(std::move(refusal));
    return std::nullopt;
  }
  // Authorities may stand under the same key, and are another resource; no name has a slash.
  std::string name = fmt::format("{}/text/{}#{}", ref.object_namespace, ref.name, ref.key);
  server.secrets[name] = std::make_shared<const SecretDraft>(
      SecretDraft{config::SecretText{secret->data.at(ref.key)}, source_of(secret->meta)});
  return name;
}

}  // namespace postern::build
