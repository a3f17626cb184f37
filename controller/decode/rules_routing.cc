// Rules at routing; those that need spec.backends beside them stand at spec.
#include <charconv>
#include <optional>

#include "common/base/ascii.h"
#include "controller/decode/rule_words.h"
#include "controller/decode/rules.h"

namespace postern::decode {

namespace {

bool one_table(const Node& table) { return exactly_one(table, {"configMap", "http"}); }

bool somebody_has_weight(const Node& rule) {
  return any_of(rule, "backends",
                [](const Node& backend) { return count_at(backend, "weight").value_or(1) > 0; });
}

template <class Predicate>
bool all_targets(const Node& spec, Predicate holds) {
  return all_of(spec, "routing.rules",
                [&](const Node& rule) { return all_of(rule, "backends", holds); });
}

bool targets_exist(const Node& spec) {
  return all_targets(spec, [&](const Node& target) {
    return any_of(spec, "backends", [&](const Node& backend) {
      return text_at(backend, "name") == text_at(target, "name");
    });
  });
}

// "dovecot-7" of the set "dovecot" → 7; at most four digits, no leading zero.
std::optional<std::int64_t> ordinal(std::string_view member, std::string_view set) {
  constexpr std::size_t kMostDigits = 4;
  if (!member.starts_with(set) || member.substr(set.size(), 1) != "-") return std::nullopt;
  const std::string_view digits = member.substr(set.size() + 1);
  if (digits.empty() || digits.size() > kMostDigits || (digits[0] == '0' && digits.size() > 1) ||
      !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

bool has_member(const Node& backend, const std::string& member) {
  if (any_of(backend, "addresses",
             [&](const Node& address) { return text_at(address, "name") == member; })) {
    return true;
  }
  const Node* set = backend.find("statefulSet");
  if (set == nullptr) return false;
  const auto number = ordinal(member, text_at(*set, "name"));
  return number && *number < count_at(*set, "members").value_or(0);
}

bool members_exist(const Node& spec) {
  return all_targets(spec, [&](const Node& target) {
    return !has(target, "member") || any_of(spec, "backends", [&](const Node& backend) {
      return text_at(backend, "name") == text_at(target, "name") &&
             has_member(backend, text_at(target, "member"));
    });
  });
}

bool providers_exist(const Node& spec) {
  return all_of(spec, "routing.rules", [&](const Node& rule) {
    return all_of(rule, "match.providers", [&](const Node& name) {
      return any_of(spec, "authentication.providers",
                    [&](const Node& provider) { return text_at(provider, "name") == name.text; });
    });
  });
}

constexpr NamedRule kRoutingRules[] = {
    {"routing.rules[].backends must name entries of spec.backends", targets_exist},
    {"member must be one of the backend's: NAME-0 to NAME-(members-1) of a statefulSet, or a name "
     "in addresses; the pods of a service have no lasting names",
     members_exist},
    {"routing.rules[].match.providers must name entries of authentication.providers",
     providers_exist},
    {"exactly one of configMap and http", one_table},
    {"at least one weight must be above 0", somebody_has_weight},
};

}  // namespace

std::span<const NamedRule> routing_rules() { return kRoutingRules; }

}  // namespace postern::decode
