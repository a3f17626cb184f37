#include "controller/build/draft.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace postern::build {
namespace {

using config::ResourceKey;
using config::ResourceType;

void needs_of(const config::Server& server, std::vector<ResourceKey>& out) {
  for (const std::string& name : server.tls.key_pairs) out.push_back({ResourceType::Secret, name});
  for (const config::ProtocolOffer& offer : server.protocols) {
    for (const std::string& name : offer.backends) {
      out.push_back({ResourceType::Backend, name});
      out.push_back({ResourceType::Endpoints, name});
    }
  }
}

void needs_of(const config::Backend& backend, std::vector<ResourceKey>& out) {
  for (const std::string& name : backend.tls.trust) out.push_back({ResourceType::Secret, name});
  if (!backend.tls.client_key_pair.empty()) {
    out.push_back({ResourceType::Secret, backend.tls.client_key_pair});
  }
}

std::vector<ResourceKey> needs_of(const config::Resource& resource) {
  std::vector<ResourceKey> out;
  if (const auto* listener = std::get_if<config::Listener>(&resource.body)) {
    for (const config::Tenant& tenant : listener->tenants) {
      out.push_back({ResourceType::Server, tenant.server});
    }
  } else if (const auto* server = std::get_if<config::Server>(&resource.body)) {
    needs_of(*server, out);
  } else if (const auto* backend = std::get_if<config::Backend>(&resource.body)) {
    needs_of(*backend, out);
  }
  return out;
}

std::set<ResourceKey> needed(const std::map<ResourceKey, config::Resource>& resources) {
  std::set<ResourceKey> out;
  std::vector<ResourceKey> open;
  for (const auto& [key, resource] : resources) {
    if (key.type == ResourceType::Listener) open.push_back(key);
  }
  while (!open.empty()) {
    const ResourceKey key = std::move(open.back());
    open.pop_back();
    const auto found = resources.find(key);
    if (found == resources.end() || !out.insert(key).second) continue;
    for (ResourceKey& next : needs_of(found->second)) open.push_back(std::move(next));
  }
  return out;
}

}  // namespace

void ServerDraft::remark(Remark remark) {
  model::Problem problem;
  problem.object = spec->meta.key;
  problem.place = spec->meta.place_of(remark.field);
  problem.field = std::move(remark.field);
  problem.reason = std::move(remark.reason);
  problem.message = std::move(remark.message);
  problem.severity = remark.severity;
  problems.push_back(std::move(problem));
}

void Draft::add(std::string name, config::ResourceBody body, const model::Meta& source) {
  const ResourceKey key{static_cast<ResourceType>(body.index()), name};
  const auto [entry, fresh] = resources_.try_emplace(key);
  config::Resource& resource = entry->second;
  if (fresh) {
    resource.name = std::move(name);
    resource.body = std::move(body);
  }
  config::SourceRef ref{source.key.kind, source.key.object_namespace, source.key.name, source.uid,
                        source.generation};
  if (std::ranges::find(resource.sources, ref) == resource.sources.end()) {
    resource.sources.push_back(std::move(ref));
  }
}

Built Draft::finish() {
  Built built;
  const std::set<ResourceKey> wanted = needed(resources_);
  for (auto& [key, resource] : resources_) {
    if (wanted.contains(key)) built.resources.push_back(std::move(resource));
  }
  for (ServerDraft& server : servers_) {
    if (!server.served.empty()) built.served.push_back({server.path, std::move(server.served)});
    std::ranges::move(server.problems, std::back_inserter(built.problems));
  }
  return built;
}

}  // namespace postern::build
