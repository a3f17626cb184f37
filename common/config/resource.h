// What a proxy must know, as plain values compared by value. The controller builds them,
// common/wire carries them, the proxy keeps them in a Snapshot. Names are those of the stream
// (decision 0001):
//   SECRET    "namespace/name" of a Secret, plus "#key" where a key was asked for;
//             "namespace/ConfigMap/name#key" of a ConfigMap, "namespace/text/name#key" of a text,
//             "namespace/credentials/name" of a name with its password
//   BACKEND   "namespace/mailserver/backend"      ENDPOINTS  the same name as its backend
//   TABLE     "namespace/ConfigMap/name#key/routes", or "/domains" as a set of keys
//   PROVIDER  "namespace/mailserver/provider"
//   SERVER    "namespace/mailserver"              LISTENER   "port"
//   CLASS     "class"                             TICKET_KEYS  "ticket-keys"
// Every list has an order that the builder decides, so equal worlds give equal octets.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/boxed.h"
#include "common/config/backend.h"
#include "common/config/class_terms.h"
#include "common/config/endpoints.h"
#include "common/config/listener.h"
#include "common/config/provider.h"
#include "common/config/secret_material.h"
#include "common/config/server.h"
#include "common/config/source_list.h"
#include "common/config/table.h"
#include "common/config/ticket_keys.h"

namespace postern::config {

// In the order in which an update is applied; removals go the other way round.
enum class ResourceType : std::uint8_t {
  Secret,
  Backend,
  Endpoints,
  Table,
  Provider,
  Server,
  Listener,
  Class,
  TicketKeys
};
inline constexpr std::array kResourceTypes = {
    ResourceType::Secret,   ResourceType::Backend,  ResourceType::Endpoints,
    ResourceType::Table,    ResourceType::Provider, ResourceType::Server,
    ResourceType::Listener, ResourceType::Class,    ResourceType::TicketKeys};
[[nodiscard]] std::string_view name_of(ResourceType type);

struct ResourceKey {
  ResourceType type;
  std::string name;
  friend auto operator<=>(const ResourceKey&, const ResourceKey&) = default;
};

// Most resources are SECRETs: what is larger than they are stands elsewhere.
using ResourceBody =
    std::variant<SecretMaterial, Boxed<Backend>, EndpointSet, Table, Boxed<Provider>, Boxed<Server>,
                 Boxed<Listener>, ClassTerms, TicketKeys>;
template <class T>
inline constexpr bool kIsBoxed = std::same_as<T, Backend> || std::same_as<T, Provider> ||
                                 std::same_as<T, Server> || std::same_as<T, Listener>;

// What a proxy that lacks a required feature gets. Never a weaker configuration.
enum class OnUnsupported : std::uint8_t {
  Hold,        // the previous version stays, and the object says that the proxy is too old
  DropServer,  // the previous version goes: what it would still allow is worse than an outage
};

struct Resource {
  std::string name;
  std::string version;  // hash of the body's octets; set by common/wire
  SourceList sources;
  ResourceBody body;
  // What a proxy must know of to be given this one; sorted. Part of the version.
  std::vector<std::string> required_features = {};
  OnUnsupported on_unsupported = OnUnsupported::Hold;  // for the controller; never sent

  [[nodiscard]] ResourceType type() const { return static_cast<ResourceType>(body.index()); }
  [[nodiscard]] ResourceKey key() const { return {type(), name}; }
  // Null: it is of another type.
  template <class T>
  [[nodiscard]] const T* as() const {
    if constexpr (kIsBoxed<T>) {
      const auto* boxed = std::get_if<Boxed<T>>(&body);
      return boxed == nullptr ? nullptr : &**boxed;
    } else {
      return std::get_if<T>(&body);
    }
  }
  // It is of that type.
  template <class T>
  [[nodiscard]] const T& get() const {
    if constexpr (kIsBoxed<T>) {
      return *std::get<Boxed<T>>(body);
    } else {
      return std::get<T>(body);
    }
  }
  template <class T>
  [[nodiscard]] T& get() {
    return const_cast<T&>(std::as_const(*this).template get<T>());
  }
};

}  // namespace postern::config
