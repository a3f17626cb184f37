// Hello and ApplyResult as values. Foreign text is made printable here. Only push_server uses it.
#pragma once

#include <optional>

#include "controller/publish/subscribers.h"
#include "postern/config/v1alpha1/config.pb.h"

namespace postern::publish {

// Types that this build does not know are left out: nothing of them can be wanted.
[[nodiscard]] Versions held_of(const config::v1alpha1::Hello& hello);

// Nothing for ACCEPTED and for states that this build does not know: they settle no update.
[[nodiscard]] std::optional<PushResult> result_of(const config::v1alpha1::ApplyResult& message);

}  // namespace postern::publish
