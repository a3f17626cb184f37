#include "proxy/adopt/domain_index.h"

#include <string>

namespace postern::adopt {

namespace {

using config::ResourceType;

// Null: it is not here.
template <class T>
const T* body_in(const Candidate& all, ResourceType type, const std::string& name) {
  const Held held = all.find({type, name});
  return held ? held->as<T>() : nullptr;
}

}  // namespace

DomainIndex index_domains(const config::Listener& listener, const DomainIndex& old,
                          const Doubts& doubts, const Candidate& all) {
  const config::TenantDomains::Lookup lookup{
      [&](const std::string& name) {
        return body_in<config::Server>(all, ResourceType::Server, name);
      },
      [&](const std::string& name) {
        return body_in<config::Table>(all, ResourceType::Table, name);
      }};
  return std::make_shared<const config::TenantDomains>(
      listener.tenants, lookup,
      config::TenantDomains::Kept{old.get(), doubts.shared, doubts.tenants});
}

}  // namespace postern::adopt
