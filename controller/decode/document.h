// A document as it was written: scalars, lists and maps with their places. YAML from a directory
// and JSON from an API server both become this tree, and all decoding starts from it. A map has
// each key once, and scalars are typed as Kubernetes types them (YAML 1.1: `yes` and `on` are
// booleans), so that a directory and a cluster say the same about the same text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::decode {

// Both count from 1; 0: unknown.
struct Mark {
  int line = 0;
  int column = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

struct Member;

struct Node {
  enum class Kind : std::uint8_t { Null, Boolean, Number, String, List, Map };

  Kind kind = Kind::Null;
  bool written = true;  // false: filled in from a default of the schema
  Mark mark;            // of the key, where it is the value of one
  std::string text;     // of Boolean, Number and String, as written
  std::vector<Node> items;
  std::vector<Member> members;

  // Null when there is no such member.
  [[nodiscard]] const Node* find(std::string_view key) const;
  [[nodiscard]] Node* find(std::string_view key);
  // Of a Boolean.
  [[nodiscard]] bool truth() const;
  void remove(std::string_view key);
};

struct Member {
  std::string key;
  Node value;
};

// "text", "a number" …: for messages.
[[nodiscard]] std::string_view word_for(Node::Kind kind);

// How a plain scalar is typed.
[[nodiscard]] Node::Kind kind_of_plain(std::string_view text);

// Overwrites every scalar: documents of kind Secret hold keys and passwords.
void wipe(Node& node);

}  // namespace postern::decode
