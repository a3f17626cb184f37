// Small configurations for the tests of proxy/adopt.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/config/snapshot.h"
#include "proxy/adopt/adopt.h"
#include "tests/support/certificates.h"

namespace postern::adopt::test {

[[nodiscard]] inline config::Resource resource(std::string name, std::string version,
                                               config::ResourceBody body) {
  return {std::move(name), std::move(version), {}, std::move(body), {}};
}

[[nodiscard]] inline config::Server server_with(std::string key_pair) {
  config::Server server;
  server.server_name = "mail.example";
  server.tls.key_pairs = {std::move(key_pair)};
  return server;
}

[[nodiscard]] inline config::Listener listener_of(std::vector<std::string> servers,
                                                  std::uint16_t port = 0) {
  config::Listener listener{port, Protocol::Imap, config::ListenerTls::Implicit, {}};
  for (std::string& server : servers) {
    listener.tenants.push_back({server, {server + ".example"}, config::Plaintext::Refuse, 0});
  }
  return listener;
}

[[nodiscard]] inline std::vector<config::Snapshot::Held> held(
    std::vector<config::Resource> resources) {
  std::vector<config::Snapshot::Held> out;
  for (config::Resource& r : resources) {
    out.push_back(std::make_shared<const config::Resource>(std::move(r)));
  }
  return out;
}

[[nodiscard]] inline config::KeyPair good_pair(const std::string& name) {
  return postern::test::Authority().issue({name});
}
[[nodiscard]] inline config::KeyPair weak_pair(const std::string& name) {
  return postern::test::Authority().issue({name}, postern::test::KeyKind::WeakRsa);
}
[[nodiscard]] inline config::KeyPair bad_pair() {
  return config::KeyPair{"no certificate", SharedSecret("no key"), {}, 0};
}

[[nodiscard]] inline config::Resource secret(std::string name, std::string version,
                                             config::KeyPair pair) {
  return resource(std::move(name), std::move(version), config::SecretMaterial{std::move(pair)});
}

[[nodiscard]] inline config::EndpointSet endpoints_at(const std::string& address) {
  config::EndpointSet set;
  set.endpoints.push_back({address, *IpAddress::parse(address), {{Protocol::Imap, 143}}, {}, 1});
  return set;
}

}  // namespace postern::adopt::test
