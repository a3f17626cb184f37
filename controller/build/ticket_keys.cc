// Ticket keys that a MailServer brings along: nobody renews them but its owner.
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "common/base/digest.h"
#include "common/config/ticket_keys.h"
#include "controller/build/checks.h"
#include "controller/build/passes.h"

namespace postern::build {
namespace {

constexpr const char* kTicketKeysField = "spec.tls.resumption.ticketKeysRef";
// As nginx has them, with AES-128 and with AES-256.
constexpr std::size_t kShortKey = 48;
constexpr std::size_t kLongKey = 80;

std::string objection_to(const model::SecretObject& secret) {
  if (secret.data.empty()) return "has no keys: put 48 or 80 random octets there, under any name";
  if (secret.data.size() > config::kMostOwnTicketMasters) {
    return fmt::format("has {} keys; {} are enough", secret.data.size(),
                       config::kMostOwnTicketMasters);
  }
  for (const auto& [name, key] : secret.data) {
    const std::size_t octets = key.reveal().size();
    if (octets == kShortKey || octets == kLongKey) continue;
    return fmt::format("has {} octets under {}; a ticket key is one of {} or of {}", octets, name,
                       kShortKey, kLongKey);
  }
  return {};
}

std::optional<Remark> check_ticket_keys(const Setting& setting, const ServerDraft& server,
                                        const model::ObjectRef& ref) {
  auto refusal =
      check_reference(setting.world, kTicketKeysField, server.spec->meta.key.object_namespace,
                      {"Secret", ref.object_namespace, ref.name});
  if (refusal) return refusal;
  const model::SecretObject* secret = setting.world.secret(ref.object_namespace, ref.name);
  const std::string path = ref.object_namespace + "/" + ref.name;
  if (secret == nullptr) {
    return Remark{kTicketKeysField, "SecretNotFound",
                  fmt::format("there is no Secret {}; until there is, tickets are sealed with the "
                              "keys of the class",
                              path)};
  }
  const std::string why = objection_to(*secret);
  if (why.empty()) return std::nullopt;
  return Remark{kTicketKeysField, "InvalidSecret", fmt::format("Secret {} {}", path, why)};
}

// Proxies are given what is made of the keys: other programs may use them as they are.
SharedSecret masters_of(const model::SecretObject& secret) {
  std::string row;
  row.reserve(secret.data.size() * config::kTicketMasterOctets);
  for (const auto& [name, key] : secret.data) {  // sorted by name: the first seals
    Sha256 master = hmac_sha256("postern ticket master", key.reveal());
    row.append(reinterpret_cast<const char*>(master.data()), master.size());
    wipe(master.data(), master.size());
  }
  SharedSecret out(row);
  wipe(row.data(), row.size());
  return out;
}

}  // namespace

void build_ticket_keys(const Setting& setting, ServerDraft& server) {
  if (!server.spec->tls || !server.spec->tls->ticket_keys_ref) return;
  const model::ObjectRef& ref = *server.spec->tls->ticket_keys_ref;
  if (auto refusal = check_ticket_keys(setting, server, ref)) {
    return server.remark(std::move(refusal));
  }
  const model::SecretObject* secret = setting.world.secret(ref.object_namespace, ref.name);
  // No name has a slash, so nothing else is called so.
  server.tickets = fmt::format("{}/ticket-keys/{}", ref.object_namespace, ref.name);
  server.secrets[server.tickets] = std::make_shared<const SecretDraft>(
      SecretDraft{config::OwnTicketKeys{masters_of(*secret)}, source_of(secret->meta)});
}

}  // namespace postern::build
