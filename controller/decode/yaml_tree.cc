#include "controller/decode/yaml_tree.h"

#include <utility>

#include "common/base/ascii.h"

namespace postern::decode {

namespace {

Mark mark_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

[[noreturn]] void refuse(const Mark& mark, std::string message) {
  throw YamlRefused{{std::move(message), mark}};
}

// "?" is a plain scalar, "!" a quoted one; both without a tag in the text.
void refuse_tag(const Mark& mark, const std::string& tag) {
  if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
  refuse(mark, "the tag " + printable(tag, 64) + " is not supported: write the value without it");
}

}  // namespace

bool YamlTree::wants_key() const {
  return !open_.empty() && open_.back().node.kind == Node::Kind::Map && !open_.back().has_key;
}

void YamlTree::spend(const Node& node, const Mark& mark) {
  spent_.nodes += 1;
  spent_.octets += node.text.size();
  if (spent_.nodes > kMostNodes || spent_.octets > kMostOctets) {
    refuse(mark, "the file grows beyond " + std::to_string(kMostNodes) + " values or " +
                     std::to_string(kMostOctets >> 20) +
                     " MiB with its aliases filled in: split it");
  }
  for (const Node& item : node.items) spend(item, mark);
  for (const Member& member : node.members) {
    spent_.octets += member.key.size();
    spend(member.value, mark);
  }
}

void YamlTree::take_key(const Mark& mark, const std::string& key) {
  Open& map = open_.back();
  if (const auto [first, is_new] = map.lines.emplace(key, mark.line); !is_new) {
    refuse(mark, "`" + printable(key, 64) + "` is written twice (first in line " +
                     std::to_string(first->second) + "): remove one");
  }
  spent_.octets += key.size();
  map.has_key = true;
  map.key = key;
  map.key_mark = mark;
}

void YamlTree::add(Node node, YAML::anchor_t anchor) {
  if (anchor != 0) {
    spend(node, node.mark);
    anchored_[anchor] = node;
  }
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  if (parent.node.kind == Node::Kind::List) {
    parent.node.items.push_back(std::move(node));
    return;
  }
  node.mark = parent.key_mark;
  parent.node.members.push_back({std::move(parent.key), std::move(node)});
  parent.has_key = false;
}

void YamlTree::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  OnScalar(mark, "?", anchor, "");
}

void YamlTree::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                        const std::string& value) {
  const Mark here = mark_of(mark);
  refuse_tag(here, tag);
  if (wants_key()) {
    if (value.empty()) refuse(here, "a key is missing before the colon");
    return take_key(here, value);
  }
  Node node;
  node.mark = here;
  node.text = value;
  node.kind = tag == "?" ? kind_of_plain(value) : Node::Kind::String;
  spend(node, here);
  add(std::move(node), anchor);
}

void YamlTree::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Mark here = mark_of(mark);
  if (wants_key()) refuse(here, "a key must be plain text, not an alias");
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) refuse(here, "an alias cannot stand inside what it names");
  spend(found->second, here);
  Node node = found->second;
  node.mark = here;
  add(std::move(node), 0);
}

void YamlTree::open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
                    YAML::anchor_t anchor) {
  const Mark here = mark_of(mark);
  refuse_tag(here, tag);
  if (wants_key()) refuse(here, "a key must be plain text, not a list or a map");
  if (open_.size() >= kDeepest) {
    refuse(here, "more than " + std::to_string(kDeepest) + " levels deep: no object of ours is");
  }
  Open level;
  level.node.kind = kind;
  level.node.mark = here;
  level.anchor = anchor;
  spend(level.node, here);
  open_.push_back(std::move(level));
}

void YamlTree::close() {
  Open done = std::move(open_.back());
  open_.pop_back();
  add(std::move(done.node), done.anchor);
}

void YamlTree::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                               YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  open(Node::Kind::List, mark, tag, anchor);
}
void YamlTree::OnSequenceEnd() { close(); }
void YamlTree::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                          YAML::EmitterStyle::value) {
  open(Node::Kind::Map, mark, tag, anchor);
}
void YamlTree::OnMapEnd() { close(); }

}  // namespace postern::decode
