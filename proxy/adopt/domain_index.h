// The index by mail domain of one port (common/config/tenant_domains.h), out of what is being
// prepared. Control thread.
#pragma once

#include <memory>

#include "common/config/listener.h"
#include "common/config/tenant_domains.h"
#include "proxy/adopt/candidate.h"
#include "proxy/adopt/doubts.h"

namespace postern::adopt {

using DomainIndex = std::shared_ptr<const config::TenantDomains>;

// `old`: of the port before, null if there is none; `doubts`: what of the tenants is other than
// then.
[[nodiscard]] DomainIndex index_domains(const config::Listener& listener, const DomainIndex& old,
                                        const Doubts& doubts, const Candidate& all);

}  // namespace postern::adopt
