#include "controller/decode/patterns.h"

#include <re2/re2.h>

#include <fmt/format.h>

#include "common/base/limits.h"
#include "controller/decode/fields.h"

namespace postern::decode {

namespace {

// As the proxies compile them.
re2::RE2::Options options() {
  re2::RE2::Options out(re2::RE2::Latin1);
  out.set_max_mem(limits::kPatternOctets);
  out.set_log_errors(false);
  out.set_never_capture(true);
  return out;
}

}  // namespace

void check_patterns(const Node& spec, Findings& findings) {
  const Node* rules = at(spec, "routing.rules");
  if (rules == nullptr) return;
  for (std::size_t i = 0; i < rules->items.size(); ++i) {
    const Node* pattern = at(rules->items[i], "match.userPattern");
    if (pattern == nullptr) continue;
    const re2::RE2 compiled(pattern->text, options());
    if (compiled.ok()) continue;
    findings.add(Finding{join("spec.routing.rules", i) + ".match.userPattern", pattern->mark,
                         "UnsupportedValue",
                         fmt::format("{} is not RE2: {}", quoted(pattern->text), compiled.error()),
                         model::Severity::Refused});
  }
}

}  // namespace postern::decode
