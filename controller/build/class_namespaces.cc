#include "controller/build/class_namespaces.h"

#include <algorithm>

namespace postern::build {
namespace {

using Operator = model::LabelRequirement::Operator;

bool holds(const model::LabelRequirement& requirement, const Labels& labels) {
  const auto label = labels.find(requirement.key);
  const bool present = label != labels.end();
  const auto listed = [&] { return std::ranges::count(requirement.values, label->second) > 0; };
  switch (requirement.op) {
    case Operator::In: return present && listed();
    case Operator::NotIn: return !present || !listed();
    case Operator::Exists: return present;
    case Operator::DoesNotExist: return !present;
  }
  return false;
}

}  // namespace

bool fits(const model::NamespaceSelector& selector, const Labels& labels) {
  return std::ranges::all_of(selector.match_labels,
                             [&](const auto& wanted) {
                               const auto label = labels.find(wanted.first);
                               return label != labels.end() && label->second == wanted.second;
                             }) &&
         std::ranges::all_of(selector.match_expressions, [&](const model::LabelRequirement& one) {
           return holds(one, labels);
         });
}

bool asks_for_labels(const model::NamespaceSelector& selector) {
  const auto is_name = [](const std::string& key) { return key == model::kNamespaceNameLabel; };
  return std::ranges::any_of(selector.match_labels,
                             [&](const auto& wanted) { return !is_name(wanted.first); }) ||
         std::ranges::any_of(selector.match_expressions,
                             [&](const auto& one) { return !is_name(one.key); });
}

bool may_claim(const std::vector<std::string>& allowed, std::string_view name) {
  if (allowed.empty()) return true;
  return std::ranges::any_of(allowed, [&](const std::string& top) {
    if (name == top) return true;
    // ".example.com" at the end, with something before it: notexample.com is not below.
    return name.size() > top.size() + 1 && name.ends_with(top) &&
           name[name.size() - top.size() - 1] == '.';
  });
}

}  // namespace postern::build
