// `postern run DIR`: controller and proxy in one process, joined by gRPC's in-process channel: the
// same objects, builder, stream and proxy as in a cluster.
// Called by main, before any other thread runs; returns when everything has ended.
#pragma once

#include "cli/run/options.h"

namespace postern::run {

inline constexpr int kServed = 0;
inline constexpr int kNotServed = 1;  // nothing to serve, or --strict and a problem

[[nodiscard]] int run(const RunOptions& options);

}  // namespace postern::run
