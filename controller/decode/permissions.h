// ReferenceGrant and IngressClass → model. Kinds of others: what is not about us is left alone.
#pragma once

#include "controller/decode/document.h"
#include "controller/decode/findings.h"
#include "controller/model/permissions.h"

namespace postern::decode {

// Grants to others than MailServers, and of kinds that no MailServer refers to, are left out.
[[nodiscard]] model::ReferenceGrant read_reference_grant(const Node& document, model::Meta meta,
                                                         Findings& findings);
[[nodiscard]] model::IngressClass read_ingress_class(const Node& document, model::Meta meta,
                                                     Findings& findings);

}  // namespace postern::decode
