#include "controller/build/domain_claims.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "controller/build/conflicts.h"

namespace postern::build {
namespace {

constexpr std::size_t kDomainsNamed = 3;  // of what is lost in one table

// A domain in a list. The hash is compared first: most differ.
struct Mention {
  std::size_t hash = 0;
  std::string_view domain;
  std::size_t list = 0;
  friend auto operator<=>(const Mention&, const Mention&) = default;
};

// Where a claimant names a domain; the older claimant first.
struct Claim {
  std::size_t claimant = 0;  // by age
  bool by_table = false;
  std::size_t index = 0;  // in spec.domains, or in spec.domainsFrom
  friend auto operator<=>(const Claim&, const Claim&) = default;
};

struct Loss {
  bool by_table = false;
  std::size_t index = 0;
  std::uint16_t port = 0;
  friend auto operator<=>(const Loss&, const Loss&) = default;
};
using Losses = std::map<Loss, LostDomains>;

// A table that several name is one list.
class Lists {
 public:
  void add(std::size_t claimant, const DomainWishes& wishes) {
    for (const DomainWish& wish : wishes.own) {
      mention(wish.name, open({claimant, false, wish.index}));
    }
    for (const DomainTable& wish : wishes.tables)
      add(wish.table.get(), {claimant, true, wish.index});
  }

  // visit(domain, claims): claims are two or more, in order.
  template <class Visit>
  void each_claimed_twice(const Visit& visit) {
    std::ranges::sort(mentions_);
    for (std::size_t begin = 0; begin < mentions_.size();) {
      const std::string_view domain = mentions_[begin].domain;
      std::size_t end = begin + 1;
      while (end < mentions_.size() && mentions_[end].domain == domain) ++end;
      const std::span<const Mention> same = std::span(mentions_).subspan(begin, end - begin);
      begin = end;
      if (same.size() == 1 && claims_[same.front().list].size() == 1) continue;
      std::vector<Claim> claims;
      for (const Mention& one : same) {
        claims.insert(claims.end(), claims_[one.list].begin(), claims_[one.list].end());
      }
      std::ranges::sort(claims);
      visit(domain, claims);
    }
  }

 private:
  std::size_t open(Claim claim) {
    claims_.push_back({claim});
    return claims_.size() - 1;
  }
  void mention(std::string_view domain, std::size_t list) {
    mentions_.push_back({std::hash<std::string_view>{}(domain), domain, list});
  }
  void add(const TableDraft* table, Claim claim) {
    const auto [known, fresh] = tables_.try_emplace(table, claims_.size());
    if (!fresh) return claims_[known->second].push_back(claim);
    const std::size_t list = open(claim);
    mentions_.reserve(mentions_.size() + table->material.lines.size());
    for (const config::TableLine& line : table->material.lines) mention(line.key, list);
  }

  std::vector<std::vector<Claim>> claims_;  // by list
  std::map<const TableDraft*, std::size_t> tables_;
  std::vector<Mention> mentions_;
};

std::vector<std::uint16_t> ports_served(const Claimant& claimant) {
  std::vector<std::uint16_t> out;
  for (std::size_t i = 0; i < claimant.outcomes.size(); ++i) {
    if (claimant.outcomes[i].off.reason.empty()) out.push_back(claimant.wishes.listeners[i].port);
  }
  return out;
}

void add_to(LostDomains& lost, std::string_view domain) {
  ++lost.count;
  lost.first.insert(domain);
  if (lost.first.size() > kDomainsNamed) lost.first.erase(std::prev(lost.first.end()));
}

std::vector<Remark> remarks_of(const Losses& losses) {
  std::vector<Remark> out;
  for (const auto& [loss, lost] : losses) {
    const std::string_view list = loss.by_table ? "domainsFrom" : "domains";
    out.push_back(lost_domains(fmt::format("spec.{}[{}]", list, loss.index), lost, loss.port));
  }
  return out;
}

}  // namespace

void DomainClaims::enter(Claimant& claimant) {
  if (claimant.domains.empty()) return;
  claimants_[claimant.wishes.age] = &claimant;
  marked_ = true;
}

void DomainClaims::leave(const Claimant& claimant) {
  if (claimants_.erase(claimant.wishes.age) > 0) marked_ = true;
}

std::set<model::ObjectKey> DomainClaims::decide() {
  std::set<model::ObjectKey> out;
  if (!std::exchange(marked_, false)) return out;
  Lists lists;
  std::vector<std::vector<std::uint16_t>> ports;  // by claimant
  for (const auto& [age, claimant] : claimants_) {
    lists.add(ports.size(), claimant->domains);
    ports.push_back(ports_served(*claimant));
  }
  std::vector<Losses> losses(ports.size());
  lists.each_claimed_twice([&](std::string_view domain, const std::vector<Claim>& claims) {
    std::map<std::uint16_t, std::size_t> owners;  // by port
    for (const Claim& claim : claims) {
      for (const std::uint16_t port : ports[claim.claimant]) {
        // Who names a domain twice loses nothing to himself.
        if (owners.try_emplace(port, claim.claimant).first->second == claim.claimant) continue;
        add_to(losses[claim.claimant][{claim.by_table, claim.index, port}], domain);
      }
    }
  });
  std::size_t at = 0;
  for (const auto& [age, claimant] : claimants_) {
    std::vector<Remark> lost = remarks_of(losses[at++]);
    if (lost == claimant->lost_domains) continue;
    claimant->lost_domains = std::move(lost);
    out.insert(claimant->key);
  }
  return out;
}

}  // namespace postern::build
