// Preparer: what can fail is done before anybody sees it: names resolved, keys checked against
// certificates, TLS contexts made. Only what an update names is looked at, and what depends on it;
// all else is shared with the snapshot before. A resource that cannot be prepared falls back to its
// predecessor, or is left out, and everything that named it with it; each refusal is reported with
// its reason. What was refused waits, and is tried again when something that it needs changes.
// Does nothing but memory and OpenSSL. Control thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "proxy/adopt/adopt.h"
#include "proxy/adopt/candidate.h"
#include "proxy/adopt/handover.h"
#include "proxy/adopt/tenant_table.h"
#include "proxy/net/prepared.h"

namespace postern::adopt {

struct Wishes {
  std::string version;  // of the whole then
  std::vector<Held> upserts;
  std::vector<config::ResourceKey> removals;
};

struct Preparation {
  std::shared_ptr<const net::Prepared> prepared;  // null: as before, but for `endpoints`
  std::vector<EndpointsChange> endpoints;
  std::vector<std::shared_ptr<const config::Listener>> listeners;  // new or changed, as served
  std::vector<std::uint16_t> closed;                               // listeners that are gone
  std::vector<config::ResourceKey> changed;    // in force other than before, or gone
  std::vector<config::ResourceKey> recovered;  // had been refused, are in force now
  std::vector<ResourceError> errors;
};

using ResourceCounts = std::array<std::size_t, config::kResourceTypes.size()>;

class Preparer {
 public:
  explicit Preparer(const Clock& clock);
  [[nodiscard]] Preparation prepare(Wishes wishes);

  // In force, as received: what Hello says is held.
  [[nodiscard]] const config::Snapshot& accepted() const { return accepted_; }
  // How many are in force, by type.
  [[nodiscard]] const ResourceCounts& counts() const { return counts_; }
  // Every name that is in force or waits: what a full state may leave out.
  [[nodiscard]] std::vector<config::ResourceKey> names() const;
  [[nodiscard]] std::vector<config::ResourceKey> waiting() const;

 private:
  struct Work;
  struct ClientTls {
    const config::BackendTls& tls;
    std::string_view field;  // where it stands in the resource
  };

  void examine(const config::ResourceKey& key, Work& work);
  void examine_secret(const config::ResourceKey& key, const Held& secret, Work& work);
  void examine_backend(const config::ResourceKey& key, const Held& held, Work& work);
  void examine_table(const config::ResourceKey& key, const Held& held, Work& work);
  void examine_provider(const config::ResourceKey& key, const Held& held, Work& work);
  // Nothing: what it needs is not here, and that was refused.
  [[nodiscard]] std::shared_ptr<const net::TlsClient> tls_client_of(const config::ResourceKey& key,
                                                                    const ClientTls& wanted,
                                                                    Work& work);
  void examine_server(const config::ResourceKey& key, const Held& held, Work& work);
  [[nodiscard]] bool is_ready_for_tls(const std::string& name, const Held& held, Work& work);
  void examine_listener(const config::ResourceKey& key, const Held& held, Work& work);
  // Its tenants, ready, one for each of `served`; nothing when something was refused meanwhile.
  [[nodiscard]] std::optional<std::vector<net::ReadyTenant>> tenants_of(const Held& served,
                                                                        const Held& before,
                                                                        Work& work);
  // Something of it may be other than before.
  void touch(const std::string& server, Work& work);
  void gone(const config::ResourceKey& key, Work& work);
  void index_domains(const Held& served, const Held& before, Work& work) const;
  void close(const config::ResourceKey& key, Work& work);
  [[nodiscard]] Preparation finish(Work& work, std::string version);
  void take_ticket_keys();
  void tell_changes(const config::Snapshot& before, Preparation& out) const;

  net::TlsShared tls_;
  config::Snapshot accepted_;
  ResourceCounts counts_{};
  config::Snapshot effective_;  // listeners with the tenants that are here
  std::shared_ptr<const net::Prepared> prepared_;
  Waiting waiting_;
  Dependants dependants_;
  TenantTable tenants_;
};

}  // namespace postern::adopt
