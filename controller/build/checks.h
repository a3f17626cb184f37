// Checks: small functions from what is written to what is to be said about it, or nothing. No check
// changes anything; passes decide what a refusal takes down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/name_list.h"
#include "controller/build/draft.h"
#include "controller/model/core_objects.h"

namespace postern::build {

// "*.example.com" of a certificate stands for one label; a hostname "*.example.com" is covered by
// the same wildcard only.
[[nodiscard]] bool certificate_covers(const NameList& dns_names, std::string_view hostname);

// A reference to another namespace needs a ReferenceGrant there (R12). Asked before the object is
// looked for: who has none must not learn whether it is there. Never remembered: a grant that goes
// takes back what it gave with the next update.
[[nodiscard]] std::optional<Remark> check_reference(const world::World& world, std::string field,
                                                    std::string_view own,
                                                    const model::ObjectKey& wanted);

// A Secret that is to be a key pair: it is there, of the right type, and can be used.
[[nodiscard]] std::optional<Remark> check_key_pair(std::string field, const model::ObjectKey& key,
                                                   const model::SecretObject* secret);
[[nodiscard]] std::optional<Remark> check_expiry(std::string field,
                                                 const model::SecretObject& secret,
                                                 std::int64_t now_unix_s);

// What is dangerous and sometimes wanted: served, and said (condition InsecureSettings).
[[nodiscard]] Remark insecure(std::string field, std::string reason, std::string message);

// What is wrong with a part took every listener down, and has been said of that part.
[[nodiscard]] Remark nothing_served();

[[nodiscard]] Remark not_supported_yet(std::string field, std::string_view what);

}  // namespace postern::build
