// Small resources for tests of what goes to whom: their content is one word.
#pragma once

#include <string>
#include <vector>

#include "common/config/resource.h"

namespace postern::publish {

inline config::SourceList mk_sources(const std::string& name, std::int64_t generation = 1) {
  return {{"MailServer", "mail", name, "uid", generation}};
}

inline config::Resource mk(config::ResourceType type, const std::string& name,
                           const std::string& content = "a") {
  const config::SourceList sources = mk_sources(name);
  switch (type) {
    case config::ResourceType::Secret: return {name, {}, sources, config::TrustBundle{content}};
    case config::ResourceType::Backend: {
      config::Backend backend;
      backend.name = content;
      return {name, {}, sources, backend};
    }
    case config::ResourceType::Endpoints:
      return {name, {}, sources, config::EndpointSet{{{content, {}, {}}}}};
    case config::ResourceType::Table:
      return {name, {}, sources, config::Table{{{content, "b", {}}}}};
    case config::ResourceType::Provider: {
      config::Provider provider;
      provider.name = content;
      return {name, {}, sources, provider};
    }
    case config::ResourceType::Server: {
      config::Server server;
      server.server_name = content;
      return {name, {}, sources, server};
    }
    case config::ResourceType::Class: {
      config::ClassTerms terms;
      terms.drain.minimum = Duration(static_cast<int>(content.size()));
      return {name, {}, sources, terms};
    }
    case config::ResourceType::TicketKeys: {
      config::TicketKeys keys;
      keys.made_unix_s = static_cast<std::int64_t>(content.size());
      return {name, {}, sources, keys};
    }
    case config::ResourceType::Listener: break;
  }
  return {name,
          {},
          sources,
          config::Listener{993, Protocol::Imap, config::ListenerTls::Implicit, {{content, {}}}}};
}

inline config::Resource mk_server(const std::string& name, const std::string& content = "a") {
  return mk(config::ResourceType::Server, name, content);
}

// A set that is large enough for deltas; `weight` is of its first member.
inline config::Resource mk_endpoints(const std::string& name, std::uint32_t weight,
                                     int members = 20) {
  config::EndpointSet set;
  for (int i = 0; i < members; ++i) {
    set.endpoints.push_back({"pod-" + std::to_string(100 + i), {}, {{Protocol::Imap, 143}}});
  }
  if (!set.endpoints.empty()) set.endpoints[0].weight = weight;
  return {name, {}, {}, std::move(set)};
}

// A port of so many tenants.
inline config::Resource mk_listener(std::uint16_t port, int tenants) {
  config::Listener listener{port, Protocol::Imap, config::ListenerTls::Implicit, {}};
  for (int i = 0; i < tenants; ++i) listener.tenants.push_back({std::to_string(i), {}});
  return {std::to_string(port), {}, {}, std::move(listener)};
}

}  // namespace postern::publish
