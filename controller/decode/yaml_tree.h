// yaml-cpp's events → one Node, counted while it grows. Throws YamlRefused; read_yaml catches it.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controller/decode/yaml.h"

namespace postern::decode {

struct YamlRefused {
  YamlProblem problem;
};

// What all documents of a file have spent together.
struct YamlSpent {
  std::size_t nodes = 0;
  std::size_t octets = 0;
};

class YamlTree final : public YAML::EventHandler {
 public:
  explicit YamlTree(YamlSpent& spent) : spent_(spent) {}
  [[nodiscard]] Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  struct Open {  // a list or map whose end has not come yet
    Node node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key;
    Mark key_mark;
    std::map<std::string, int, std::less<>> lines;  // of the keys so far
  };
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void add(Node node, YAML::anchor_t anchor);
  void take_key(const Mark& mark, const std::string& key);
  [[nodiscard]] bool wants_key() const;
  void spend(const Node& node, const Mark& mark);

  YamlSpent& spent_;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchored_;
};

}  // namespace postern::decode
