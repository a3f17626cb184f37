// What a proxy says, as values. Foreign text is made printable here. Only push_server uses it.
#pragma once

#include <optional>

#include "controller/publish/push.h"
#include "postern/config/v1alpha1/config.pb.h"

namespace postern::publish {

[[nodiscard]] Greeting greeting_of(const config::v1alpha1::Hello& hello);

// Nothing for ACCEPTED and for states that this build does not know: they settle no update.
[[nodiscard]] std::optional<PushResult> result_of(const config::v1alpha1::ApplyResult& message);

// Sums over its listeners: what one proxy says of each is on its own page of metrics.
[[nodiscard]] ProxyLoad load_of(const config::v1alpha1::LoadReport& message);

[[nodiscard]] ProxyDrain drain_of(const config::v1alpha1::DrainNotice& message);

}  // namespace postern::publish
