// What the passes work on: the draft of one MailServer, and what they may look at while they do.
// Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/config/resource.h"
#include "controller/build/builder.h"
#include "controller/build/lasting_pods.h"
#include "controller/model/mail_server.h"
#include "controller/model/problem.h"
#include "controller/world/world.h"

namespace postern::build {

class ClassRules;
class LastGood;

// Where a MailServer is built; the same for all of one update.
struct Setting {
  const world::World& world;
  const Terms& terms;
  const ClassRules& rules;
  LastGood& last_good;
};

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
  config::EndpointSet endpoints;
  std::optional<LastingPods> pods = {};  // of a Service that leads to those of a StatefulSet
};

// What is said about a field; the object and the place are added when it is made.
struct Remark {
  std::string field;
  std::string reason;
  std::string message;
  model::Severity severity = model::Severity::Refused;
  std::uint16_t port = 0;  // whose listener it is about; 0: none alone
  friend bool operator==(const Remark&, const Remark&) = default;
};

// A SECRET resource that MailServers name, and the object that it is made of. Shared by all who
// keep it: there are many, and chains are long.
struct SecretDraft {
  config::SecretMaterial material;
  config::SourceRef source;
};

// A TABLE resource, and the object that it is made of.
struct TableDraft {
  config::Table material;
  std::vector<std::uint32_t> numbers;  // of its lines in the text, in the same order
  config::SourceRef source;
  std::vector<std::string> required_features;
};

// Domains that stand in a table: an entry of spec.domainsFrom.
struct DomainTable {
  std::size_t index = 0;  // in spec.domainsFrom
  std::shared_ptr<const TableDraft> table;
  friend bool operator==(const DomainTable&, const DomainTable&) = default;  // the very same table
};

struct ProviderDraft {
  std::string name;  // PROVIDER resource
  config::Provider provider;
};

// By the name of the resource.
using NamedSecrets = std::map<std::string, std::shared_ptr<const SecretDraft>>;
using NamedTables = std::map<std::string, std::shared_ptr<const TableDraft>>;

struct ServerDraft {
  const model::MailServer* spec = nullptr;
  std::string path;                    // "mail/example": the SERVER resource
  std::vector<std::string> hostnames;  // of spec.hostnames, those that the class lets it claim
  std::vector<std::string> domains;    // of spec.domains, the same
  std::vector<DomainTable> domain_tables;
  std::vector<std::string> key_pairs;  // SECRET resources that can be used, in order of the refs
  std::string tickets;                 // the SECRET resource of its own ticket keys; or empty
  config::ClientCertificates client_certificates = {};
  std::vector<BackendDraft> backends;
  std::vector<ProviderDraft> providers;
  bool names_providers = false;  // false: the mail pod decides, and proxies need not know of more
  config::Server server;
  std::map<std::string, config::ListenerProxyProtocol> proxy_protocols;  // by the block's field
  NamedSecrets secrets;
  NamedTables tables;
  model::Problems problems;

  void remark(Remark remark);
  void remark(std::optional<Remark> remark) {
    if (remark) this->remark(std::move(*remark));
  }
  // What came after the first `said` problems refuses the MailServer as a whole: it goes before
  // them, which took down parts only.
  void tell_first(std::size_t said);
};

[[nodiscard]] config::SourceRef source_of(const model::Meta& meta);
[[nodiscard]] model::Problem problem_of(const model::Meta& meta, Remark remark);

}  // namespace postern::build
