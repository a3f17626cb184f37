#include "proxy/policy/user_patterns.h"

#include <re2/re2.h>

#include <utility>

#include "common/base/limits.h"

namespace postern::policy {

namespace {

re2::RE2::Options options() {
  re2::RE2::Options out(re2::RE2::Latin1);  // names are ASCII
  out.set_max_mem(limits::kPatternOctets);
  out.set_log_errors(false);
  out.set_never_capture(true);
  return out;
}

}  // namespace

Result<UserPatterns, PatternFault> UserPatterns::compile(
    const std::vector<config::RouteRule>& rules) {
  UserPatterns out;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string& pattern = rules[i].match.user_pattern;
    if (pattern.empty()) continue;
    auto compiled = std::make_shared<const re2::RE2>(pattern, options());
    if (!compiled->ok()) return Fail<PatternFault>(PatternFault{i, compiled->error()});
    out.patterns_.resize(rules.size());
    out.patterns_[i] = std::move(compiled);
  }
  return out;
}

bool UserPatterns::matches(std::size_t rule, std::string_view mailbox) const {
  if (rule >= patterns_.size() || !patterns_[rule]) return false;
  return re2::RE2::FullMatch(re2::StringPiece(mailbox.data(), mailbox.size()), *patterns_[rule]);
}

}  // namespace postern::policy
