// Draft: what the passes work on, one after another. Private to this room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/config/resource.h"
#include "controller/build/builder.h"
#include "controller/model/mail_server.h"
#include "controller/model/problem.h"
#include "controller/world/world.h"

namespace postern::build {

struct BackendDraft {
  const model::BackendSpec* spec = nullptr;
  std::string field;  // "spec.backends[0]"
  std::string name;   // BACKEND and ENDPOINTS resource
  config::Backend backend;
  // Ports of the Service (or of the addresses) behind backend.ports, in the same order; 0: none.
  std::vector<model::ServicePort> ports;
  // False: something that it needs is missing or bad. It keeps its place in routing and has no
  // endpoints, so its users get a temporary failure and never another backend.
  bool reachable = true;
};

// What is said about a field; the object and the place are added when it is made.
struct Remark {
  std::string field;
  std::string reason;
  std::string message;
  model::Severity severity = model::Severity::Refused;
};

struct ServerDraft {
  const model::MailServer* spec = nullptr;
  std::string path;                    // "mail/example": the SERVER resource
  std::vector<std::string> hostnames;  // of spec.hostnames, those that the class lets it claim
  std::vector<std::string> key_pairs;  // SECRET resources that can be used, in order of the refs
  std::vector<BackendDraft> backends;
  config::Server server;
  std::vector<ServedListener> served;
  model::Problems problems;

  void remark(Remark remark);
  void remark(std::optional<Remark> remark) {
    if (remark) this->remark(std::move(*remark));
  }
};

class Draft {
 public:
  Draft(const world::World& world, const Terms& terms) : world_(world), terms_(terms) {}

  [[nodiscard]] const world::World& world() const { return world_; }
  [[nodiscard]] const Terms& terms() const { return terms_; }
  [[nodiscard]] std::vector<ServerDraft>& servers() { return servers_; }

  // The same resource may come from several objects; each is kept as a source.
  void add(std::string name, config::ResourceBody body, const model::Meta& source);

  // What listeners need, directly or through others; the rest is not given to anybody.
  [[nodiscard]] Built finish();

 private:
  const world::World& world_;
  const Terms& terms_;
  std::vector<ServerDraft> servers_;
  std::map<config::ResourceKey, config::Resource> resources_;
};

}  // namespace postern::build
