#include "controller/decode/schema.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "common/base/check.h"
#include "controller/decode/yaml.h"

namespace postern::decode {

SchemaNode::SchemaNode() = default;
SchemaNode::~SchemaNode() = default;
SchemaNode::SchemaNode(SchemaNode&&) noexcept = default;
SchemaNode& SchemaNode::operator=(SchemaNode&&) noexcept = default;

const SchemaNode* SchemaNode::find(std::string_view key) const {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const SchemaProperty& p) { return p.key == key; });
  return found == properties.end() ? nullptr : &found->node;
}

namespace {

std::string text_of(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found == nullptr ? std::string() : found->text;
}

std::vector<std::string> texts_of(const Node& node, std::string_view key) {
  std::vector<std::string> out;
  if (const Node* found = node.find(key)) {
    for (const Node& item : found->items) out.push_back(item.text);
  }
  return out;
}

std::int64_t number_in(const Node& node) {
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  check(error == std::errc() && stop == end, "a bound in the CRD is not a whole number");
  return value;
}

SchemaType type_named(std::string_view name) {
  if (name == "array") return SchemaType::Array;
  if (name == "string") return SchemaType::String;
  if (name == "integer") return SchemaType::Integer;
  check(name == "object", "the CRD uses a type that the schema walk does not know");
  return SchemaType::Object;
}

void read_bounds(const Node& from, SchemaNode& to) {
  for (const char* key : {"minimum", "minLength", "minItems", "minProperties"}) {
    if (const Node* bound = from.find(key)) to.least = number_in(*bound);
  }
  for (const char* key : {"maximum", "maxLength", "maxItems", "maxProperties"}) {
    if (const Node* bound = from.find(key)) to.most = number_in(*bound);
  }
}

void read_list_kind(const Node& from, SchemaNode& to) {
  const std::string kind = text_of(from, "x-kubernetes-list-type");
  if (kind == "set") to.list = ListKind::Set;
  if (kind == "map") to.list = ListKind::Map;
  to.list_keys = texts_of(from, "x-kubernetes-list-map-keys");
}

void read_rules(const Node& from, SchemaNode& to) {
  const Node* rules = from.find("x-kubernetes-validations");
  if (rules == nullptr) return;
  for (const Node& rule : rules->items) {
    to.rules.push_back(
        {text_of(rule, "message"), text_of(rule, "rule"), text_of(rule, "fieldPath")});
  }
}

void read_children(const Node& from, SchemaNode& to) {
  if (const Node* properties = from.find("properties")) {
    for (const Member& member : properties->members) {
      to.properties.push_back({member.key, read_schema(member.value)});
    }
  }
  const Node* items = from.find("items");
  if (items == nullptr) items = from.find("additionalProperties");
  if (items != nullptr) to.items = std::make_unique<SchemaNode>(read_schema(*items));
}

}  // namespace

SchemaNode read_schema(const Node& schema) {
  SchemaNode out;
  out.type = type_named(text_of(schema, "type"));
  out.description = text_of(schema, "description");
  out.required = texts_of(schema, "required");
  out.words = texts_of(schema, "enum");
  out.pattern = text_of(schema, "pattern");
  if (const Node* preset = schema.find("default")) out.preset = *preset;
  if (!out.pattern.empty()) {
    out.expression = std::make_shared<const re2::RE2>(out.pattern);
    check(out.expression->ok(), "a pattern in the CRD is not RE2");
  }
  read_bounds(schema, out);
  read_list_kind(schema, out);
  read_rules(schema, out);
  read_children(schema, out);
  return out;
}

SchemaNode schema_of_crd(std::string_view crd) {
  const YamlDocuments read = read_yaml(crd);
  check(!read.problem && read.documents.size() == 1, "a compiled-in CRD is not YAML");
  const Node* at = read.documents[0].find("spec");
  if (at != nullptr) at = at->find("versions");
  check(at != nullptr && !at->items.empty(), "a compiled-in CRD has no version");
  at = at->items[0].find("schema");
  if (at != nullptr) at = at->find("openAPIV3Schema");
  check(at != nullptr, "a compiled-in CRD has no schema");
  return read_schema(*at);
}

}  // namespace postern::decode
