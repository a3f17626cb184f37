// Retry-After of an answer: how long the server asks to be left alone. RFC 9110 §10.2.3; the form
// with a date is not taken (kube-apiserver sends seconds).
#pragma once

#include <optional>
#include <string_view>

#include "common/base/clock.h"

namespace postern::kube {

// At most an hour: whatever a server says, we look again.
[[nodiscard]] std::optional<Duration> retry_after(std::string_view text);

}  // namespace postern::kube
