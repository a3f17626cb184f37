#include "common/config/tenant_domains.h"

#include <algorithm>

namespace postern::config {

bool names_domain(const Server& server, const Snapshot& snapshot, std::string_view domain) {
  if (std::ranges::binary_search(server.domains, domain, std::less<>())) return true;
  return std::ranges::any_of(server.domain_tables, [&](const std::string& name) {
    const Table* const table = snapshot.table(name);
    return table != nullptr && table->find(domain) != nullptr;
  });
}

TenantDomains::TenantDomains(const Tenants& tenants, const Lookup& lookup, const Kept& kept)
    : takes_every_(tenants.size(), false) {
  keep(kept);
  const auto middle = static_cast<std::ptrdiff_t>(entries_.size());
  for (const std::size_t i : kept.fresh) {
    const Server* const server = lookup.server(tenants[i].server);
    if (server != nullptr) add(i, *server, lookup);
  }
  // What was kept is in order: places have moved together.
  std::sort(entries_.begin() + middle, entries_.end());
  std::inplace_merge(entries_.begin(), entries_.begin() + middle, entries_.end());
  const auto first = std::ranges::find(takes_every_, true);
  if (first != takes_every_.end()) {
    unbounded_ = static_cast<std::size_t>(first - takes_every_.begin());
  }
}

void TenantDomains::keep(const Kept& kept) {
  if (kept.before == nullptr) return;
  const std::size_t count = takes_every_.size();
  const std::size_t count_then = kept.before->takes_every_.size();
  const std::size_t back_then = count_then - kept.shared.back;
  const std::size_t moved = count - kept.shared.back;
  std::vector<bool> fresh(count, false);
  for (const std::size_t i : kept.fresh) fresh[i] = true;
  // Where a tenant of then is now; `count`: nowhere, or to be asked anew.
  const auto now = [&](std::size_t then) {
    std::size_t at = count;
    if (then < kept.shared.front) at = then;
    if (then >= back_then) at = then - back_then + moved;
    return at < count && fresh[at] ? count : at;
  };
  for (std::size_t then = 0; then < count_then; ++then) {
    if (const std::size_t at = now(then); at < count) {
      takes_every_[at] = kept.before->takes_every_[then];
    }
  }
  entries_.reserve(kept.before->entries_.size());
  for (const Entry& entry : kept.before->entries_) {
    if (const std::size_t at = now(entry.tenant); at < count) entries_.push_back({entry.hash, at});
  }
}

void TenantDomains::add(std::size_t tenant, const Server& server, const Lookup& lookup) {
  takes_every_[tenant] = server.takes_every_domain();
  const auto enter = [&](std::string_view domain) {
    entries_.push_back({std::hash<std::string_view>{}(domain), tenant});
  };
  for (const std::string& domain : server.domains) enter(domain);
  for (const std::string& name : server.domain_tables) {
    const Table* const table = lookup.table(name);
    if (table == nullptr) continue;
    for (const TableLine& line : table->lines) enter(line.key);
  }
}

std::optional<std::size_t> TenantDomains::find(std::string_view domain, const Listener& listener,
                                               const Snapshot& snapshot) const {
  const std::size_t hash = std::hash<std::string_view>{}(domain);
  for (auto at = std::ranges::lower_bound(entries_, hash, {}, &Entry::hash);
       at != entries_.end() && at->hash == hash; ++at) {
    const Server* const server = snapshot.server(listener.tenants[at->tenant].server);
    if (server != nullptr && names_domain(*server, snapshot, domain)) return at->tenant;
  }
  return std::nullopt;
}

}  // namespace postern::config
