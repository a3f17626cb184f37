// Round: what came of one turn of the control loop: for those who tell people. Values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "controller/build/builder.h"
#include "controller/model/problem.h"
#include "controller/publish/publisher.h"

namespace postern::loop {

// The MailClass that is served, where one is named.
struct ClassFound {
  std::string name;
  std::string uid;
  std::int64_t generation = 0;
  std::string ingress_class;  // that names it
};

struct Round {
  model::Problems problems;  // of sources, decoding and the class: all that stand now
  std::vector<build::Verdict> verdicts;
  std::vector<model::ObjectKey> gone;
  publish::Published published;
  std::optional<Instant> caused_at;
  std::optional<ClassFound> mail_class = {};
};

// The first load, for programs that end when there is nothing to serve.
struct LoadReport {
  std::string source_failure;  // the source gave nothing at all, and why; empty: it did
  bool refusals = false;       // something is wrong with some object
  std::size_t served = 0;      // MailServers
};

}  // namespace postern::loop
