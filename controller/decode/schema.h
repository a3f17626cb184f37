// The structural schema of a CRD, read from its own YAML: what a field may be, and which rules
// stand at it. Made once; immutable after that; read by the checks, by docs/compatibility.md and by
// tests that walk all fields.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/decode/document.h"

namespace re2 {
class RE2;
}

namespace postern::decode {

enum class SchemaType : std::uint8_t { Object, Array, String, Integer };
enum class ListKind : std::uint8_t { Atomic, Set, Map };

struct SchemaRule {
  std::string message;     // the key of its function (rules.h)
  std::string expression;  // CEL; never evaluated here, compared by tests
  std::string field_path;  // ".backends": where it is reported, below its own node
};

struct SchemaNode;
struct SchemaProperty;

struct SchemaNode {
  SchemaNode();
  ~SchemaNode();
  SchemaNode(SchemaNode&&) noexcept;
  SchemaNode& operator=(SchemaNode&&) noexcept;

  SchemaType type = SchemaType::Object;
  std::string description;
  std::optional<Node> preset;  // `default`
  std::vector<SchemaRule> rules;

  std::vector<SchemaProperty> properties;
  std::vector<std::string> required;
  std::unique_ptr<SchemaNode> items;        // of a list, or the values of a map with free keys
  std::optional<std::int64_t> least, most;  // value, length, entries, or fields: by type
  ListKind list = ListKind::Atomic;
  std::vector<std::string> list_keys;
  std::vector<std::string> words;  // enum
  std::string pattern;
  std::shared_ptr<const re2::RE2> expression;  // of `pattern`

  [[nodiscard]] const SchemaNode* find(std::string_view key) const;
  // A map whose keys are its author's, such as logging.tags.
  [[nodiscard]] bool free_keys() const { return type == SchemaType::Object && items != nullptr; }
  // `metadata`: the CRD says nothing of what is in it (object_meta.h does).
  [[nodiscard]] bool is_open() const {
    return type == SchemaType::Object && items == nullptr && properties.empty();
  }
};

struct SchemaProperty {
  std::string key;
  SchemaNode node;
};

// Of a CRD that is compiled in (crd_text.h). Ends the process if that does not parse: it is ours.
[[nodiscard]] SchemaNode schema_of_crd(std::string_view crd);

// From the openAPIV3Schema of a CRD. Throws nothing; what it does not know ends the process.
[[nodiscard]] SchemaNode read_schema(const Node& schema);

}  // namespace postern::decode
