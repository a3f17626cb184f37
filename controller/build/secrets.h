// Secrets and ConfigMaps → SECRET resources. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/build/draft.h"

namespace postern::build {

// The key pair that `ref` names, as a SECRET resource, or the good one before it; none: nothing can
// be used. What is wrong has been remarked on `field`.
[[nodiscard]] std::optional<std::string> add_key_pair(const Setting& setting, ServerDraft& server,
                                                      const model::ObjectRef& ref,
                                                      const std::string& field);

// The authorities that `ref` names; none: a remark has been made on `field`.
[[nodiscard]] std::optional<std::string> add_trust(const Setting& setting, ServerDraft& server,
                                                   const model::BundleRef& ref,
                                                   const std::string& field);

// Those that all of `refs` name, or the system's where there is none. False: one is missing, and
// nobody can be verified by half of the authorities. `field` is that of the TLS they are for.
[[nodiscard]] bool add_authorities(const Setting& setting, ServerDraft& server,
                                   const std::vector<model::BundleRef>& refs,
                                   const std::string& field, config::BackendTls& tls);

// The revocation lists that `ref` names, likewise.
[[nodiscard]] std::optional<std::string> add_revocations(const Setting& setting,
                                                         ServerDraft& server,
                                                         const model::BundleRef& ref,
                                                         const std::string& field);

// The value of one key, as a SECRET resource with a text; none: a remark has been made on `field`.
[[nodiscard]] std::optional<std::string> add_text(const Setting& setting, ServerDraft& server,
                                                  const model::SecretKeyRef& ref,
                                                  const std::string& field);

// Name and password of a Secret of type kubernetes.io/basic-auth; none: a remark has been made.
[[nodiscard]] std::optional<std::string> add_credentials(const Setting& setting,
                                                         ServerDraft& server,
                                                         const model::ObjectRef& ref,
                                                         const std::string& field);

// ca.crt of a Secret that holds a key pair, where it has one.
[[nodiscard]] std::optional<std::string> add_own_trust(const Setting& setting, ServerDraft& server,
                                                       const model::ObjectRef& ref);

}  // namespace postern::build
