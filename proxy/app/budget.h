// Budget: how many connections a proxy takes on, by what its process may have open. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

namespace postern::proxy_app {

// `descriptors`: the limit of the process. Each connection has two; a part is kept for what serves
// all of them: listeners, loops, pipes, auth services, the stream, the log. 0: not limited.
[[nodiscard]] std::uint32_t most_connections(std::uint64_t descriptors, std::size_t workers);

// RLIMIT_NOFILE as it is now; 0: there is none.
[[nodiscard]] std::uint64_t descriptor_limit();

}  // namespace postern::proxy_app
