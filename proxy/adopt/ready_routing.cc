#include "proxy/adopt/ready_routing.h"

#include <fmt/format.h>

#include <utility>

namespace postern::adopt {

Result<Patterns, Fault> make_patterns(const config::Routing& routing, const Candidate& all) {
  for (std::size_t i = 0; i < routing.tables.size(); ++i) {
    const std::string& table = routing.tables[i].table;
    if (table.empty() || all.has(config::ResourceType::Table, table)) continue;
    return Fail<Fault>({ErrorCode::MissingDependency, fmt::format("routing.tables[{}].table", i),
                        fmt::format("table {} is not here", table)});
  }
  auto patterns = policy::UserPatterns::compile(routing.rules);
  if (!patterns) {
    return Fail<Fault>({ErrorCode::Invalid,
                        fmt::format("routing.rules[{}].match.user_pattern", patterns.error().rule),
                        fmt::format("is not RE2: {}", patterns.error().reason)});
  }
  if (patterns->empty()) return Patterns();
  return std::make_shared<const policy::UserPatterns>(std::move(*patterns));
}

}  // namespace postern::adopt
