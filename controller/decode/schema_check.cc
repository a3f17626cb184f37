#include "controller/decode/schema_check.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "common/base/ascii.h"
#include "controller/decode/rules.h"
#include "controller/decode/suggest.h"
#include "controller/decode/words.h"

namespace postern::decode {

namespace {

// A block with fewer fields than this has them all named when one is unknown.
constexpr std::size_t kFewFields = 12;

std::string_view last_key(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

void check_empty(const SchemaNode& schema, const Node& node, const std::string& path,
                 Findings& findings) {
  std::string what = "is empty";
  if (path.ends_with("']")) {  // a key that its author chose
    what += fmt::format(": write {}, or take the line away", words_for_type(schema));
  } else if (path.back() == ']') {
    what += fmt::format(": write {} after the dash, or take the dash away", words_for_type(schema));
  } else {
    what += ": " + how_to_write(last_key(path), schema);
  }
  findings.add(node, path, std::move(what));
}

bool wants_duration(const SchemaNode& schema) {
  return std::any_of(schema.rules.begin(), schema.rules.end(),
                     [](const SchemaRule& rule) { return duration_bounds(rule.message); });
}

std::string wrong_type(const SchemaNode& schema, const Node& node) {
  using Kind = Node::Kind;
  const bool scalar = node.kind != Kind::List && node.kind != Kind::Map;
  const std::string is = scalar ? fmt::format("{} is {}", quoted(node.text), word_for(node.kind))
                                : std::string("is ") + std::string(word_for(node.kind));
  const std::string wants = fmt::format(", but must be {}", words_for_type(schema));
  if (schema.type == SchemaType::String && scalar && wants_duration(schema)) {
    return fmt::format("{}{}: write it with its unit, such as 30s", is, wants);
  }
  if (schema.type == SchemaType::String && scalar) {
    return fmt::format("{}{}: write it in quotes, '{}'", is, wants, printable(node.text, 64));
  }
  if (schema.type == SchemaType::Integer && node.kind == Kind::String &&
      kind_of_plain(node.text) == Kind::Number) {
    return fmt::format("{}{}: write it without quotes", is, wants);
  }
  if (schema.type == SchemaType::Array && scalar && schema.items->type != SchemaType::Object) {
    return fmt::format("{}{}: write [{}]", is, wants, printable(node.text, 64));
  }
  if (schema.type == SchemaType::Array && node.kind == Kind::Map) {
    return is + wants + ": begin its entry with a dash";
  }
  if (schema.type == SchemaType::Object && scalar && schema.find("name") != nullptr) {
    return fmt::format("{}{}: write {{name: {}}}", is, wants, printable(node.text, 64));
  }
  return is + wants;
}

bool type_fits(const SchemaNode& schema, const Node& node) {
  switch (schema.type) {
    case SchemaType::Object: return node.kind == Node::Kind::Map;
    case SchemaType::Array: return node.kind == Node::Kind::List;
    case SchemaType::String: return node.kind == Node::Kind::String;
    case SchemaType::Integer: return node.kind == Node::Kind::Number;
  }
  return false;
}

std::string bounds_of(const SchemaNode& schema) {
  if (!schema.least) return fmt::format("at most {}", schema.most.value_or(0));
  if (!schema.most) return fmt::format("at least {}", *schema.least);
  if (*schema.least == *schema.most) return fmt::format("exactly {}", *schema.least);
  return fmt::format("from {} to {}", *schema.least, *schema.most);
}

bool within(const SchemaNode& schema, std::int64_t value) {
  return value >= schema.least.value_or(value) && value <= schema.most.value_or(value);
}

void check_integer(const SchemaNode& schema, const Node& node, const std::string& path,
                   Findings& findings) {
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  const bool octal = node.text.size() > 1 && node.text[0] == '0';
  if (stop != end || error == std::errc::invalid_argument || octal) {
    return findings.add(node, path,
                        fmt::format("{} must be a whole number in decimal digits, {}",
                                    quoted(node.text), bounds_of(schema)));
  }
  if (error != std::errc() || !within(schema, value)) {
    findings.add(node, path,
                 fmt::format("{} is out of range: write {}", quoted(node.text), bounds_of(schema)));
  }
}

// As the API server counts: code points, not octets.
std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
}

void check_word(const SchemaNode& schema, const Node& node, const std::string& path,
                Findings& findings) {
  if (std::find(schema.words.begin(), schema.words.end(), node.text) != schema.words.end()) return;
  const std::string near = nearest(node.text, schema.words);
  findings.add(
      node, path,
      fmt::format("{} is not known here: write {}{}", quoted(node.text),
                  schema.words.size() > 1 ? "one of " : "",
                  fmt::format("{}{}", fmt::join(schema.words, ", "),
                              near.empty() ? "" : fmt::format(" (did you mean {}?)", near))));
}

void check_text(const SchemaNode& schema, const Node& node, const std::string& path,
                Findings& findings) {
  if (!schema.words.empty()) return check_word(schema, node, path, findings);
  if (!within(schema, characters(node.text))) {
    if (node.text.empty()) {
      return findings.add(node, path, "is empty text: write a value");
    }
    return findings.add(
        node, path,
        fmt::format("has {} characters: {} are allowed", characters(node.text), bounds_of(schema)));
  }
  if (schema.expression && !re2::RE2::PartialMatch(node.text, *schema.expression)) {
    std::string_view words = words_for_pattern(schema.pattern);
    if (words.empty()) words = schema.pattern;
    findings.add(node, path, fmt::format("{} must be {}", quoted(node.text), words));
  }
}

// What tells two entries of this list apart; empty when a key is missing or not a scalar.
std::string identity(const SchemaNode& schema, const Node& item) {
  if (schema.list == ListKind::Set) return item.text;
  std::string out;
  for (const std::string& key : schema.list_keys) {
    const Node* value = item.find(key);
    if (value == nullptr) return {};
    out += (out.empty() ? "" : ", ") + fmt::format("{} {}", key, quoted(value->text));
  }
  return out;
}

void check_duplicates(const SchemaNode& schema, const Node& node, const std::string& path,
                      Findings& findings) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string id = identity(schema, node.items[i]);
    if (id.empty()) continue;
    const auto [first, is_new] = seen.emplace(id, i);
    if (is_new) continue;
    findings.add(node.items[i], join(path, i),
                 fmt::format("{} is in the list twice (first as {}): remove one",
                             schema.list == ListKind::Set ? quoted(id) : id,
                             join(std::string(last_key(path)), first->second)));
  }
}

void check_list(const SchemaNode& schema, Node& node, const std::string& path, Findings& findings) {
  if (!within(schema, static_cast<std::int64_t>(node.items.size()))) {
    return findings.add(node, path,
                        node.items.empty() ? "is an empty list: write its entries"
                                           : fmt::format("has {} entries: {} are allowed",
                                                         node.items.size(), bounds_of(schema)));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    check_structure(*schema.items, node.items[i], join(path, i), findings);
  }
  if (schema.list != ListKind::Atomic) check_duplicates(schema, node, path, findings);
}

std::string unknown_field(const SchemaNode& schema, std::string_view key) {
  std::vector<std::string> known;
  for (const SchemaProperty& property : schema.properties) known.push_back(property.key);
  if (const std::string near = nearest(key, known); !near.empty()) {
    return fmt::format("there is no such field: did you mean {}?", near);
  }
  if (known.size() > kFewFields) return "there is no such field: take it away";
  return fmt::format("there is no such field: this block has {}", list_of(known));
}

void fill_in(const SchemaNode& schema, Node& node) {
  for (const SchemaProperty& property : schema.properties) {
    if (!property.node.preset || node.find(property.key) != nullptr) continue;
    Node value = *property.node.preset;
    value.mark = node.mark;
    value.written = false;
    node.members.push_back({property.key, std::move(value)});
  }
}

void check_field_count(const SchemaNode& schema, const Node& node, const std::string& path,
                       Findings& findings) {
  const auto count = static_cast<std::int64_t>(node.members.size());
  if (within(schema, count)) return;
  std::vector<std::string> known;
  for (const SchemaProperty& property : schema.properties) known.push_back(property.key);
  if (count == 0 && !known.empty()) {
    return findings.add(node, path,
                        fmt::format("is an empty block: write one of {}", fmt::join(known, ", ")));
  }
  findings.add(node, path, fmt::format("has {} entries: {} are allowed", count, bounds_of(schema)));
}

void check_object(const SchemaNode& schema, Node& node, const std::string& path,
                  Findings& findings) {
  if (schema.is_open()) return;
  for (Member& member : node.members) {
    const SchemaNode* field = schema.free_keys() ? schema.items.get() : schema.find(member.key);
    const std::string below = join(path, member.key);
    if (field == nullptr) {
      findings.add(member.value, below, unknown_field(schema, member.key));
    } else {
      check_structure(*field, member.value, below, findings);
    }
  }
  for (const std::string& key : schema.required) {
    if (node.find(key) != nullptr) continue;
    const SchemaNode* field = schema.find(key);
    findings.add(node, join(path, key),
                 "is missing: " + (field == nullptr ? "write it" : how_to_write(key, *field)));
  }
  fill_in(schema, node);
  check_field_count(schema, node, path, findings);
}

}  // namespace

void check_structure(const SchemaNode& schema, Node& node, const std::string& path,
                     Findings& findings) {
  if (node.kind == Node::Kind::Null) return check_empty(schema, node, path, findings);
  if (!type_fits(schema, node)) return findings.add(node, path, wrong_type(schema, node));
  switch (schema.type) {
    case SchemaType::Object: return check_object(schema, node, path, findings);
    case SchemaType::Array: return check_list(schema, node, path, findings);
    case SchemaType::String: return check_text(schema, node, path, findings);
    case SchemaType::Integer: return check_integer(schema, node, path, findings);
  }
}

}  // namespace postern::decode
