// A name and its password, of a Secret of type kubernetes.io/basic-auth.
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "controller/build/checks.h"
#include "controller/build/secrets.h"

namespace postern::build {
namespace {

constexpr std::string_view kBasicAuth = "kubernetes.io/basic-auth";

struct Half {
  const char* key;
  std::size_t most;
};
constexpr Half kUser{"username", limits::kNameOctets};
constexpr Half kPassword{"password", limits::kPasswordOctets};

ByteView octets_of(const model::SecretObject& secret, const Half& part) {
  const auto found = secret.data.find(part.key);
  return found == secret.data.end() ? ByteView{} : found->second.reveal();
}

// As for what clients send (security R4): it is said to a backend in a login.
std::string objection_to(const model::SecretObject& secret, const Half& part) {
  const ByteView octets = octets_of(secret, part);
  if (octets.empty()) return fmt::format("has nothing under {}", part.key);
  if (octets.size() > part.most) {
    return fmt::format("{} is longer than {} octets", part.key, part.most);
  }
  if (has_control(octets)) {
    return fmt::format(
        "{} has a line's end or other control signs in it; write it without "
        "(printf, not echo)",
        part.key);
  }
  return is_utf8(octets) ? std::string() : fmt::format("{} is not UTF-8", part.key);
}

std::optional<Remark> check_credentials(const std::string& field, const std::string& path,
                                        const model::SecretObject* secret) {
  if (secret == nullptr) {
    return Remark{field, "SecretNotFound",
                  fmt::format("there is no Secret {}; make one of type {} with username and "
                              "password",
                              path, kBasicAuth)};
  }
  if (secret->type != kBasicAuth) {
    return Remark{field, "InvalidSecret",
                  fmt::format("Secret {} has the type {}; a name and its password are in one of "
                              "type {}",
                              path, secret->type.empty() ? "Opaque" : secret->type, kBasicAuth)};
  }
  for (const Half& part : {kUser, kPassword}) {
    std::string why = objection_to(*secret, part);
    if (!why.empty()) {
      return Remark{field, "InvalidSecret", fmt::format("Secret {} {}", path, why)};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> add_credentials(const Setting& setting, ServerDraft& server,
                                           const model::ObjectRef& ref, const std::string& field) {
  auto refusal = check_reference(setting.world, field, server.spec->meta.key.object_namespace,
                                 {"Secret", ref.object_namespace, ref.name});
  const model::SecretObject* secret = setting.world.secret(ref.object_namespace, ref.name);
  if (!refusal) {
    refusal = check_credentials(field, ref.object_namespace + "/" + ref.name, secret);
  }
  if (refusal) {
    server.remark(std::move(refusal));
    return std::nullopt;
  }
  // No name has a slash, so nothing else is called so.
  std::string name = fmt::format("{}/credentials/{}", ref.object_namespace, ref.name);
  config::Credentials credentials{std::string(octets_of(*secret, kUser)),
                                  secret->data.at(kPassword.key)};
  server.secrets[name] = std::make_shared<const SecretDraft>(
      SecretDraft{std::move(credentials), source_of(secret->meta)});
  return name;
}

}  // namespace postern::build
