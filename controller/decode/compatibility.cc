#include "controller/decode/compatibility.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>
#include <vector>

#include "controller/decode/honoured.h"
#include "controller/model/reasons.h"

namespace postern::decode {

namespace {

constexpr std::string_view kHead = R"(# Compatibility

This page is printed from the code (`controller/decode/compatibility.cc`); a test compares it.

The API is larger than what is built so far.
A field that is written and not honoured yet refuses that MailServer, or that MailClass, and names the field: `not supported yet: spec.filters`.
Other objects go on.
To ignore a field would be unsafe: it may be a restriction.

)";

constexpr std::string_view kRest = R"(
A refused MailClass does not lift what it forbade: the last good one stays in force.
Where there was none, nothing is served until it is right.
A MailClass whose name is not `--class` is kept and not used.
Without a MailClass, every port that a MailServer asks for is opened, every namespace may claim everything, and backends may lie everywhere but at link-local addresses.

## Other kinds

| kind | what happens |
|---|---|
| Secret, ConfigMap, Service, EndpointSlice | read |
| Namespace | read: its labels, for the rules of a MailClass |
| ReferenceGrant | read: which MailServers may refer to Secrets, ConfigMaps and Services of its namespace |
| IngressClass | read in a cluster: which MailClass holds; in a directory it is the MailClass of the class's name |
| any other | passed over with a warning |

In `spec.backends[].addresses` of a MailServer, IP addresses only: a member that has a host name is told, and is not there.
In `postern.dev/addresses` of a Service in a directory, and in the `url` of an auth service anywhere, host names too: the controller looks them up every 30 s.
One that does not resolve any more keeps the addresses that it had; one that has none yet is told as `NameNotResolved`.
)";

constexpr std::string_view kReasonsHead = R"(
## Conditions and reasons

What a status can say.
Each that is told has a case in `tests/kube/conformance`, which runs at an API server that is played and at a real one.
Of proxies it tells those that are connected to the replica that writes it. What one at another replica refuses is told by that replica's log, metrics and `/debug/proxies`.
`status.addresses` is not told: which Service clients reach is not written anywhere that the controller reads.

| of | condition | status | reason | told |
|---|---|---|---|---|
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

std::string answer(HonourTable table, const std::string& path) {
  const HonouredField* row = find_honoured(table, path);
  if (row == nullptr) return "not yet";
  switch (row->honour) {
    case Honour::Any: return "yes";
    case Honour::SomeValues:
      return fmt::format("yes: `{}`", fmt::join(words_in(row->values), "`, `"));
    case Honour::IpAddresses: return "yes: IP addresses";
  }
  return "";
}

class Table {
 public:
  explicit Table(HonourTable honoured) : honoured_(honoured) {}

  void print(const SchemaNode& node, const std::string& path) { print(node, path, rows_); }
  // "## Fields of MailServer: 12 of 40" and a row a field.
  [[nodiscard]] std::string take(std::string_view kind) const {
    return fmt::format("## Fields of {}: {} of {}\n\n", kind, counts_.honoured, counts_.all) +
           "A block that is not built at all has one row.\n\n| field | honoured |\n|---|---|\n" +
           rows_;
  }

 private:
  void print(const SchemaNode& node, const std::string& path, std::string& rows) {
    const bool honoured = find_honoured(honoured_, path) != nullptr;
    const bool whole_block_is_missing = !honoured && !leads_to_honoured(honoured_, path);
    if (is_leaf(node)) {
      ++counts_.all;
      if (honoured) ++counts_.honoured;
    }
    if (is_leaf(node) || whole_block_is_missing) {
      rows += fmt::format("| `{}` | {} |\n", path, answer(honoured_, path));
    }
    if (is_leaf(node)) return;
    const SchemaNode& inner = node.type == SchemaType::Array ? *node.items : node;
    const std::string below = node.type == SchemaType::Array ? path + "[]" : path;
    std::string ignored;
    for (const SchemaProperty& property : inner.properties) {
      print(property.node, below + "." + property.key, whole_block_is_missing ? ignored : rows);
    }
  }

  HonourTable honoured_;
  std::string rows_;
  Counts counts_;
};

std::string fields_of(std::string_view kind, const SchemaNode& schema, HonourTable honoured) {
  Table table(honoured);
  if (const SchemaNode* spec = schema.find("spec")) table.print(*spec, "spec");
  return table.take(kind);
}

std::string defaults(std::span<const DefaultNotBuilt> rows) {
  std::string out = "| field, when absent | in this build |\n|---|---|\n";
  for (const DefaultNotBuilt& row : rows) {
    out += fmt::format("| `{}` | {} |\n", row.field, row.sentence);
  }
  return out;
}

// "yes", or why not; what no test shows is said too.
std::string answer(const model::ReasonRow& row) {
  if (!row.not_told.empty()) return fmt::format("no: {}", row.not_told);
  if (!row.no_case.empty()) return fmt::format("yes, and shown by no case: {}", row.no_case);
  return "yes";
}

std::string reasons() {
  std::string out(kReasonsHead);
  for (const model::ReasonRow& row : model::reason_rows()) {
    const std::string reason =
        row.reason.empty() ? "that of what it needs" : fmt::format("`{}`", row.reason);
    out += fmt::format("| {} | `{}` | {} | {} | {} |\n", model::word_of(row.of), row.condition,
                       row.truth, reason, answer(row));
  }
  return out;
}

}  // namespace

std::string compatibility_page(const Schemas& schemas) {
  std::string out(kHead);
  out += fields_of("MailServer", schemas.mail_server, honoured_by_mail_server());
  out += "\n## Defaults of MailServer that are not built yet\n\n";
  out += "What the reference says of an absent field, and what holds in this build instead.\n\n";
  out += defaults(defaults_not_built()) + "\n";
  out += fields_of("MailClass", schemas.mail_class, honoured_by_mail_class());
  out += "\n## Defaults of MailClass that are not built yet\n\n";
  out += defaults(class_defaults_not_built());
  return out + std::string(kRest) + reasons();
}

}  // namespace postern::decode
