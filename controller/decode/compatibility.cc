#include "controller/decode/compatibility.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>
#include <vector>

#include "controller/decode/honoured.h"

namespace postern::decode {

namespace {

constexpr std::string_view kHead = R"(# Compatibility

This page is printed from the code (`controller/decode/compatibility.cc`); a test compares it.

The API is larger than what is built so far.
A field that is written and not honoured yet refuses that MailServer and names the field: `not supported yet: spec.filters`.
Other objects go on.
To ignore a field would be unsafe: it may be a restriction.

)";

constexpr std::string_view kRest = R"(
## Other kinds

| kind | what happens |
|---|---|
| Secret, ConfigMap, Service, EndpointSlice | read |
| Namespace, ReferenceGrant | taken and passed over: no reference to another namespace is followed |
| MailClass | refused: not supported yet |
| any other | passed over with a warning |

In `postern.dev/addresses` of a Service, IP addresses only.
)";

struct Counts {
  int honoured = 0;
  int all = 0;
};

// Fields that hold nothing but other fields are told by those.
bool is_leaf(const SchemaNode& node) {
  if (node.free_keys()) return true;
  if (node.type == SchemaType::Object) return node.properties.empty();
  return node.type != SchemaType::Array || is_leaf(*node.items);
}

std::string answer(const std::string& path) {
  const HonouredField* row = find_honoured(path);
  if (row == nullptr) return "not yet";
  switch (row->honour) {
    case Honour::Any: return "yes";
    case Honour::SomeValues:
      return fmt::format("yes: `{}`", fmt::join(words_in(row->values), "`, `"));
    case Honour::OwnNamespace: return "yes: the MailServer's own";
  }
  return "";
}

void print(const SchemaNode& node, const std::string& path, std::string& rows, Counts& counts) {
  const bool whole_block_is_missing = find_honoured(path) == nullptr && !leads_to_honoured(path);
  if (is_leaf(node)) {
    ++counts.all;
    if (find_honoured(path) != nullptr) ++counts.honoured;
  }
  if (is_leaf(node) || whole_block_is_missing) {
    rows += fmt::format("| `{}` | {} |\n", path, answer(path));
  }
  if (is_leaf(node)) return;
  const SchemaNode& inner = node.type == SchemaType::Array ? *node.items : node;
  const std::string below = node.type == SchemaType::Array ? path + "[]" : path;
  std::string ignored;
  for (const SchemaProperty& property : inner.properties) {
    print(property.node, below + "." + property.key, whole_block_is_missing ? ignored : rows,
          counts);
  }
}

}  // namespace

std::string compatibility_page(const SchemaNode& mail_server) {
  std::string rows;
  Counts counts;
  if (const SchemaNode* spec = mail_server.find("spec")) print(*spec, "spec", rows, counts);
  std::string out(kHead);
  out += fmt::format("## Fields of MailServer: {} of {}\n\n", counts.honoured, counts.all);
  out +=
      "A block that is not built at all has one row.\n\n| field | honoured |\n|---|---|\n" + rows;
  out += "\n## Defaults that are not built yet\n\n";
  out += "What the reference says of an absent field, and what holds in this build instead.\n\n";
  out += "| field, when absent | in this build |\n|---|---|\n";
  for (const DefaultNotBuilt& row : defaults_not_built()) {
    out += fmt::format("| `{}` | {} |\n", row.field, row.sentence);
  }
  return out + std::string(kRest);
}

}  // namespace postern::decode
