#include "controller/kube/config_tree.h"

#include <algorithm>
#include <istream>
#include <streambuf>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "common/base/ascii.h"

namespace postern::kube {
namespace {

struct RefusedTree {
  std::string sentence;
};

[[noreturn]] void refuse(const YAML::Mark& mark, std::string_view what) {
  throw RefusedTree{fmt::format("line {}: {}", mark.line + 1, what)};
}

// Octets that somebody else owns, as a stream: no second copy of what may hold keys.
class Borrowed final : public std::streambuf {
 public:
  explicit Borrowed(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // read only: setg has no other form
    setg(begin, begin, begin + text.size());
  }
};

class Building final : public YAML::EventHandler {
 public:
  [[nodiscard]] ConfigTree take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    OnScalar(mark, "?", anchor, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases are not taken");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    if (wants_key()) return take_key(mark, value);
    ConfigTree scalar;
    scalar.text = value;
    add(std::move(scalar));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(ConfigTree::Kind::List, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(ConfigTree::Kind::Map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    ConfigTree tree;
    std::string key = {};
    bool has_key = false;
  };

  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().tree.kind == ConfigTree::Kind::Map &&
           !open_.back().has_key;
  }
  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) refuse(mark, "anchors are not taken");
    // "?" is plain, "!" quoted.
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tags are not taken");
    if (++values_ > kMaxConfigValues) refuse(mark, "there are too many values");
  }
  void take_key(const YAML::Mark& mark, const std::string& key) {
    Open& map = open_.back();
    if (map.tree.find(key)) refuse(mark, "a key is written twice");
    map.key = key;
    map.has_key = true;
  }
  void open(ConfigTree::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    check(mark, tag, anchor);
    if (wants_key()) refuse(mark, "a key must be plain text");
    if (open_.size() >= kMaxConfigDepth) refuse(mark, "it is too deep");
    Open level;
    level.tree.kind = kind;
    open_.push_back(std::move(level));
  }
  void close() {
    ConfigTree done = std::move(open_.back().tree);
    open_.pop_back();
    add(std::move(done));
  }
  void add(ConfigTree tree) {
    if (open_.empty()) {
      root_ = std::move(tree);
      return;
    }
    Open& parent = open_.back();
    if (parent.tree.kind == ConfigTree::Kind::List) {
      parent.tree.items.push_back(std::move(tree));
      return;
    }
    parent.tree.members.emplace_back(std::move(parent.key), std::move(tree));
    parent.has_key = false;
  }

  std::vector<Open> open_;
  ConfigTree root_;
  std::size_t values_ = 0;
};

}  // namespace

const ConfigTree* ConfigTree::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [key](const auto& member) { return member.first == key; });
  return found == members.end() ? nullptr : &found->second;
}

std::string_view ConfigTree::text_at(std::string_view key) const {
  const ConfigTree* const found = find(key);
  return found && found->kind == Kind::Scalar ? std::string_view(found->text) : std::string_view();
}

Result<ConfigTree, std::string> read_config_tree(std::string_view yaml) {
  if (yaml.size() > kMaxConfigOctets) return Fail<std::string>("it is larger than 1 MiB");
  if (!is_utf8(yaml)) return Fail<std::string>("it is no UTF-8");
  try {
    Borrowed octets(yaml);
    std::istream in(&octets);
    YAML::Parser parser(in);
    Building building;
    if (!parser.HandleNextDocument(building)) return Fail<std::string>("it is empty");
    ConfigTree tree = building.take();
    Building rest;
    if (parser.HandleNextDocument(rest)) return Fail<std::string>("it has more than one document");
    return tree;
  } catch (const RefusedTree& refused) {
    return Fail<std::string>(refused.sentence);
  } catch (const YAML::Exception& broken) {
    // Its message may quote the text.
    return Fail<std::string>(fmt::format("line {}: it is no YAML", broken.mark.line + 1));
  }
}

}  // namespace postern::kube
