#include "proxy/adopt/prepare.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>

namespace postern::adopt {

namespace {

using config::ResourceKey;
using config::ResourceType;

// One candidate set of resources, from which what cannot be used is taken out, round by round,
// until all that is left can be used together.
class Candidate {
 public:
  Candidate(Resources wanted, const Resources& running)
      : wanted_(std::move(wanted)), running_(running) {}

  // The predecessor comes back, if there is one that differs; else the resource goes.
  void refuse(const ResourceKey& key, ErrorCode code, std::string field, std::string detail) {
    const auto refused = wanted_.find(key);
    if (refused == wanted_.end()) return;
    const auto before = running_.find(key);
    const bool falls_back =
        before != running_.end() && before->second->version != refused->second->version;
    errors_.push_back({key, refused->second->version,
                       falls_back ? before->second->version : std::string(), code, std::move(field),
                       std::move(detail)});
    if (falls_back) {
      refused->second = before->second;
    } else {
      wanted_.erase(refused);
    }
    changed_ = true;
  }

  [[nodiscard]] bool take_changed() { return std::exchange(changed_, false); }
  [[nodiscard]] const Resources& resources() const { return wanted_; }
  [[nodiscard]] Resources take() { return std::move(wanted_); }
  [[nodiscard]] std::vector<ResourceError> take_errors() { return std::move(errors_); }

  template <class T>
  [[nodiscard]] const T* find(ResourceType type, const std::string& name) const {
    const auto found = wanted_.find(ResourceKey{type, name});
    return found == wanted_.end() ? nullptr : std::get_if<T>(&found->second->body);
  }
  [[nodiscard]] bool has(ResourceType type, const std::string& name) const {
    return wanted_.contains(ResourceKey{type, name});
  }
  template <class T>
  void each(ResourceType type, const std::function<void(const ResourceKey&, const T&)>& visit) {
    const Resources copy = wanted_;  // shared pointers: a visit may refuse
    for (const auto& [key, resource] : copy) {
      if (key.type == type) visit(key, std::get<T>(resource->body));
    }
  }

 private:
  Resources wanted_;
  const Resources& running_;
  std::vector<ResourceError> errors_;
  bool changed_ = false;
};

const config::KeyPair* key_pair(const Candidate& all, const std::string& name) {
  const auto* material = all.find<config::SecretMaterial>(ResourceType::Secret, name);
  return material ? std::get_if<config::KeyPair>(material) : nullptr;
}

const config::TrustBundle* trust(const Candidate& all, const std::string& name) {
  const auto* material = all.find<config::SecretMaterial>(ResourceType::Secret, name);
  return material ? std::get_if<config::TrustBundle>(material) : nullptr;
}

void check_secrets(Candidate& all) {
  all.each<config::SecretMaterial>(
      ResourceType::Secret, [&](const ResourceKey& key, const config::SecretMaterial& material) {
        const auto* pair = std::get_if<config::KeyPair>(&material);
        if (!pair) return;
        if (auto fits = net::check_key_pair(*pair); !fits) {
          all.refuse(key, ErrorCode::BadCertificate, "key_pair", fits.error());
        }
      });
}

void check_servers(Candidate& all) {
  all.each<config::Server>(
      ResourceType::Server, [&](const ResourceKey& key, const config::Server& server) {
        for (std::size_t i = 0; i < server.tls.key_pairs.size(); ++i) {
          if (key_pair(all, server.tls.key_pairs[i])) continue;
          all.refuse(key, ErrorCode::MissingDependency, fmt::format("tls.key_pairs[{}]", i),
                     fmt::format("key pair {} is not here", server.tls.key_pairs[i]));
          return;
        }
      });
}

// The listener with the tenants whose servers are here: one tenant's refusal is not the others'.
config::Listener served(const Candidate& all, const config::Listener& listener) {
  config::Listener out = listener;
  std::erase_if(out.tenants, [&](const config::Tenant& tenant) {
    return !all.has(ResourceType::Server, tenant.server);
  });
  return out;
}

void check_listeners(Candidate& all) {
  all.each<config::Listener>(
      ResourceType::Listener, [&](const ResourceKey& key, const config::Listener& listener) {
        if (!served(all, listener).tenants.empty()) return;
        all.refuse(key, ErrorCode::MissingDependency, "tenants", "none of its servers is here");
      });
}

std::shared_ptr<const net::TlsClient> client_of(Candidate& all, const ResourceKey& key,
                                                const config::Backend& backend) {
  net::TlsClientMaterial material{&backend.tls, {}, nullptr};
  for (const std::string& name : backend.tls.trust) {
    const config::TrustBundle* bundle = trust(all, name);
    if (!bundle) {
      all.refuse(key, ErrorCode::MissingDependency, "tls.trust", name + " is not here");
      return nullptr;
    }
    material.trust.push_back(bundle);
  }
  if (!backend.tls.client_key_pair.empty()) {
    material.client_key_pair = key_pair(all, backend.tls.client_key_pair);
    if (!material.client_key_pair) {
      all.refuse(key, ErrorCode::MissingDependency, "tls.client_key_pair",
                 backend.tls.client_key_pair + " is not here");
      return nullptr;
    }
  }
  auto built = net::TlsClient::build(material);
  if (!built) {
    all.refuse(key, ErrorCode::Invalid, "tls", built.error());
    return nullptr;
  }
  return *built;
}

void build_clients(Candidate& all, net::Prepared& prepared) {
  prepared.tls_clients.clear();
  all.each<config::Backend>(ResourceType::Backend,
                            [&](const ResourceKey& key, const config::Backend& backend) {
                              if (auto client = client_of(all, key, backend))
                                prepared.tls_clients[key.name] = client;
                            });
}

std::vector<net::TlsTenant> tenants_of(const Candidate& all, const config::Listener& listener) {
  std::vector<net::TlsTenant> tenants;
  for (const config::Tenant& tenant : listener.tenants) {
    const auto* server = all.find<config::Server>(ResourceType::Server, tenant.server);
    net::TlsTenant tls{tenant.server, tenant.hostnames, &server->tls, {}};
    for (const std::string& name : server->tls.key_pairs) {
      tls.key_pairs.emplace_back(name, key_pair(all, name));
    }
    tenants.push_back(std::move(tls));
  }
  return tenants;
}

void build_servers(Candidate& all, net::Prepared& prepared, net::TlsShared& shared) {
  prepared.tls_servers.clear();
  all.each<config::Listener>(
      ResourceType::Listener, [&](const ResourceKey&, const config::Listener& listener) {
        if (listener.tls == config::ListenerTls::Disabled) return;
        auto built = net::TlsServer::build(listener.protocol,
                                           tenants_of(all, served(all, listener)), shared);
        if (built) {
          prepared.tls_servers[listener.port] = *built;
          return;
        }
        for (const net::TlsProblem& problem : built.error()) {
          all.refuse({ResourceType::Server, problem.server}, ErrorCode::Invalid, problem.field,
                     problem.detail);
        }
      });
}

Resources effective(const Candidate& all) {
  Resources out = all.resources();
  for (auto& [key, resource] : out) {
    if (key.type != ResourceType::Listener) continue;
    auto reduced = std::make_shared<config::Resource>(*resource);
    reduced->body = served(all, std::get<config::Listener>(resource->body));
    resource = std::move(reduced);
  }
  return out;
}

}  // namespace

Preparation prepare(std::string version, Resources wanted, const Resources& running,
                    net::TlsShared& tls) {
  Candidate all(std::move(wanted), running);
  auto prepared = std::make_shared<net::Prepared>();
  // A refusal may take down what named it, so it is looked at again; each round refuses something.
  do {
    check_secrets(all);
    check_servers(all);
    check_listeners(all);
    if (all.take_changed()) continue;
    build_clients(all, *prepared);
    build_servers(all, *prepared, tls);
    if (!all.take_changed()) break;
  } while (true);
  prepared->snapshot = std::make_shared<const config::Snapshot>(std::move(version), effective(all));
  return {std::move(prepared), all.take(), all.take_errors()};
}

}  // namespace postern::adopt
