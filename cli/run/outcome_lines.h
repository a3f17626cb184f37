// What the proxy made of a configuration, as lines for people: what it refused and what to do, then
// a line a MailServer. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/log.h"
#include "controller/app/server.h"
#include "proxy/app/server.h"

namespace postern::run {

struct OutcomeLine {
  LogLevel level = LogLevel::Info;
  std::string text;
  std::string object;
};

struct Adopted {
  const adopt::Outcome& outcome;
  const std::vector<adopt::BoundListener>& listeners;
  std::uint16_t port_offset = 0;
};

[[nodiscard]] std::vector<OutcomeLine> lines_of(const loop::LoadReport& load,
                                                const Adopted& adopted);

}  // namespace postern::run
