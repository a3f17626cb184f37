// A world of one MailServer that works, and what was built of it. Shared by the tests of the
// passes.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/build/builder.h"
#include "tests/support/mk.h"

namespace postern::build {

using namespace postern::testing;

constexpr auto kPem = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";

class Scene {
 public:
  explicit Scene(std::vector<model::Object> objects, Terms terms = {}) {
    world::World world;
    (void)world.replace(std::move(objects));  // whether it matters is not asked here
    built = build(world, terms);
  }

  template <class T>
  [[nodiscard]] const T* find(const std::string& name) const {
    for (const config::Resource& resource : built.resources) {
      if (resource.name != name) continue;
      if (const T* body = resource.as<T>()) return body;
    }
    return nullptr;
  }
  [[nodiscard]] const config::Backend* backend(
      const std::string& name = "mail/example/mailbox") const {
    return find<config::Backend>(name);
  }
  [[nodiscard]] const config::EndpointSet* endpoints(
      const std::string& name = "mail/example/mailbox") const {
    return find<config::EndpointSet>(name);
  }
  [[nodiscard]] const config::Server* server(const std::string& name = "mail/example") const {
    return find<config::Server>(name);
  }
  [[nodiscard]] const config::Listener* listener(const std::string& port) const {
    return find<config::Listener>(port);
  }
  // "Reason spec.field" of each problem.
  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> out;
    for (const model::Problem& problem : built.problems) {
      out.push_back(problem.reason + " " + problem.field);
    }
    return out;
  }

  Built built;
};

using Words = std::vector<std::string>;

inline const config::Resource* resource_in(const Scene& scene, const config::ResourceKey& key) {
  const auto found = std::ranges::find(scene.built.resources, key, &config::Resource::key);
  return found == scene.built.resources.end() ? nullptr : &*found;
}

// What mk_server() needs to work: certificate, Service, two endpoints.
inline std::vector<model::Object> rest() {
  return {mk_tls_secret("mail/mail-tls", {"mail.example.com"}),
          mk_service("mail/dovecot", {mk_port("imap", 143), mk_port("imaps", 993)}),
          mk_slice("mail/dovecot-a", "dovecot", {{"imap", "", 143}, {"imaps", "", 993}},
                   {mk_endpoint("10.0.0.2", "dovecot-1"), mk_endpoint("10.0.0.1", "dovecot-0")})};
}

inline Scene scene_of(const model::MailServer& server, std::vector<model::Object> others = rest(),
                      Terms terms = {}) {
  others.push_back(server);
  return Scene(std::move(others), terms);
}

inline MkServer working() { return mk_server().backend(mk_service_backend("mailbox")); }

// The whole of it.
inline std::vector<model::Object> scene_objects() {
  std::vector<model::Object> out = rest();
  out.emplace_back(model::MailServer(working()));
  return out;
}

}  // namespace postern::build
