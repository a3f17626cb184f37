// Reading documents that no schema has checked: a field is there with the right type, or it is told
// and left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/decode/document.h"
#include "controller/decode/findings.h"

namespace postern::decode {

// The member if it is there, is not null and is of `kind`; of another kind, it is told.
[[nodiscard]] const Node* typed(const Node& parent, const std::string& path, std::string_view key,
                                Node::Kind kind, Findings& findings);
[[nodiscard]] std::string checked_text(const Node& parent, const std::string& path,
                                       std::string_view key, Findings& findings);
// 1–65535; nothing when absent or told.
[[nodiscard]] std::optional<std::uint16_t> checked_port(const Node& parent, const std::string& path,
                                                        std::string_view key, Findings& findings);

}  // namespace postern::decode
