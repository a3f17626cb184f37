// Result<T, E>: a value or the reason why there is none. The one door to tl::expected, until
// std::expected. Every Result is looked at: functions that return one are [[nodiscard]].
#pragma once

#include <tl/expected.hpp>

namespace postern {

template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
using Fail = tl::unexpected<E>;

}  // namespace postern
