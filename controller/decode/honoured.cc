#include "controller/decode/honoured.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "controller/decode/fields.h"
#include "controller/model/provider.h"

namespace postern::decode {

namespace {

constexpr std::string_view kLeaveOut = "take it away, docs/compatibility.md lists what works";

class Walk {
 public:
  Walk(HonourTable table, Findings& findings) : table_(table), findings_(findings) {}

  // `pattern` is `field` without the numbers in brackets.
  void visit(const Node& node, const std::string& field, const std::string& pattern) {
    if (!node.written) return;
    if (const HonouredField* row = find_honoured(table_, pattern))
      return check_value(node, field, *row);
    if (!leads_to_honoured(table_, pattern)) return findings_.not_supported(node, field, kLeaveOut);
    for (const Member& member : node.members) {
      visit(member.value, join(field, member.key), join(pattern, member.key));
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      visit(node.items[i], join(field, i), pattern + "[]");
    }
  }

 private:
  void check_value(const Node& node, const std::string& field, const HonouredField& row) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      check_value(node.items[i], join(field, i), row);
    }
    if (node.kind == Node::Kind::List) return;
    switch (row.honour) {
      case Honour::Any: return;
      case Honour::SomeValues: return check_words(node, field, row);
      case Honour::IpAddresses: return check_address(node, field);
    }
  }

  void check_words(const Node& node, const std::string& field, const HonouredField& row) {
    const std::vector<std::string> words = words_in(row.values);
    if (std::find(words.begin(), words.end(), node.text) != words.end()) return;
    findings_.not_supported(
        node, field + ": " + node.text,
        fmt::format("write {}{}", words.size() > 1 ? "one of " : "", fmt::join(words, ", ")));
  }

  void check_address(const Node& node, const std::string& field) {
    if (!node.text.starts_with("unix:")) return;
    findings_.not_supported(node, field + ": " + node.text, "write an IP address");
  }

  const HonourTable table_;
  Findings& findings_;
};

void check_url(const Node& http, const std::string& field, Findings& findings) {
  const Node* url = http.find("url");
  if (url == nullptr || model::parse_service_url(url->text)) return;
  findings.add(*url, field + ".url",
               "is no address of a service: write scheme, host, port and path, without a user's "
               "name and without a fragment");
}

void check_providers(const Node& spec, Findings& findings) {
  const Node* providers = at(spec, "authentication.providers");
  if (providers == nullptr) return;
  for (std::size_t i = 0; i < providers->items.size(); ++i) {
    const Node* http = providers->items[i].find("http");
    const std::string field = join("spec.authentication.providers", i);
    const Node* cache = providers->items[i].find("cache");
    if (http != nullptr) {
      check_url(*http, field + ".http", findings);
    } else if (cache != nullptr) {
      findings.not_supported(*cache, field + ".cache",
                             "only answers of auth services are kept, of providers with http");
    }
  }
}

}  // namespace

const HonouredField* find_honoured(HonourTable table, std::string_view path) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const HonouredField& field) { return field.path == path; });
  return found == table.end() ? nullptr : &*found;
}

bool leads_to_honoured(HonourTable table, std::string_view path) {
  return std::any_of(table.begin(), table.end(), [&](const HonouredField& field) {
    return field.path.size() > path.size() && field.path.starts_with(path) &&
           (field.path[path.size()] == '.' || field.path[path.size()] == '[');
  });
}

std::vector<std::string> words_in(std::string_view values) {
  std::vector<std::string> out;
  while (!values.empty()) {
    const auto space = values.find(' ');
    out.emplace_back(values.substr(0, space));
    values = space == std::string_view::npos ? std::string_view{} : values.substr(space + 1);
  }
  return out;
}

void check_honoured_by_mail_server(const Node& spec, Findings& findings) {
  Walk(honoured_by_mail_server(), findings).visit(spec, "spec", "spec");
  check_providers(spec, findings);
}

void check_honoured_by_mail_class(const Node& spec, Findings& findings) {
  Walk(honoured_by_mail_class(), findings).visit(spec, "spec", "spec");
}

}  // namespace postern::decode
