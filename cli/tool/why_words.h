// Resources of the stream in the words of whoever wrote the manifests.
#pragma once

#include <string>
#include <string_view>

#include "common/config/provider.h"
#include "common/config/server.h"
#include "proxy/policy/routing.h"

namespace postern::tool {

// "mail/ConfigMap/moved#routes/routes" → "ConfigMap mail/moved, key routes"
[[nodiscard]] std::string table_words(std::string_view resource);
// "accounts (asks https://accounts.mail.svc:8443/v1/login)"
[[nodiscard]] std::string provider_words(const config::Provider& provider);
// What chose: "line joe@example.com of ConfigMap mail/moved, key routes".
[[nodiscard]] std::string choice_words(const policy::Choice& choice);
// For programs: "table", "rule" or "default".
[[nodiscard]] std::string_view choice_kind(const policy::Choice& choice);
// Why he is led nowhere, and what he is told.
[[nodiscard]] std::string unrouted_words(const policy::Unrouted& why, Protocol protocol);
// "20 in 10m block for 15m"
[[nodiscard]] std::string rate_words(const config::FailureRate& rate);

}  // namespace postern::tool
