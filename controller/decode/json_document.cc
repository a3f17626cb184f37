#include "controller/decode/json_document.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "common/base/bytes.h"
#include "controller/decode/yaml.h"

namespace postern::decode {

namespace {

namespace json = boost::json;

// What the parser tells, in the order of the octets. False ends the parsing with `fault`.
class Tree {
 public:
  static constexpr std::size_t max_object_size = kMostNodes;
  static constexpr std::size_t max_array_size = kMostNodes;
  static constexpr std::size_t max_key_size = kMostOctets;
  static constexpr std::size_t max_string_size = kMostOctets;

  Tree() = default;
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  // Of a document that was refused: it may be a Secret's.
  ~Tree() {
    wipe(root);
    for (Open& level : open_) wipe(level.node);
    postern::wipe(text_.data(), text_.size());
  }

  using Error = json::error_code;
  using Text = json::string_view;

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error& error) { return begin(Node::Kind::Map, error); }
  bool on_object_end(std::size_t, Error& error) { return end(error); }
  bool on_array_begin(Error& error) { return begin(Node::Kind::List, error); }
  bool on_array_end(std::size_t, Error& error) { return end(error); }

  bool on_key_part(Text part, std::size_t, Error& error) { return take(part, error); }
  bool on_key(Text part, std::size_t, Error& error) {
    if (!take(part, error)) return false;
    const std::string key = std::exchange(text_, {});
    if (skipping_ > 0) return true;
    open_.back().key = key;
    return true;
  }
  bool on_string_part(Text part, std::size_t, Error& error) { return take(part, error); }
  bool on_string(Text part, std::size_t, Error& error) {
    return take(part, error) && scalar(Node::Kind::String, error);
  }
  bool on_number_part(Text part, Error& error) { return take(part, error); }
  bool on_int64(std::int64_t, Text part, Error& error) { return number(part, error); }
  bool on_uint64(std::uint64_t, Text part, Error& error) { return number(part, error); }
  bool on_double(double, Text part, Error& error) { return number(part, error); }
  bool on_bool(bool value, Error& error) {
    text_ = value ? "true" : "false";
    return scalar(Node::Kind::Boolean, error);
  }
  bool on_null(Error& error) { return scalar(Node::Kind::Null, error); }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }

  Node root;
  std::string fault;

 private:
  struct Open {
    Node node;
    std::string key;  // of the value that comes next
  };

  bool refuse(std::string why, Error& error) {
    fault = std::move(why);
    error = json::error::exception;
    return false;
  }
  bool spend(std::size_t octets, Error& error) {
    octets_ += octets;
    if (octets_ > kMostOctets) return refuse("it is larger than any object may be", error);
    return true;
  }
  bool take(Text part, Error& error) {
    if (!spend(part.size(), error)) return false;
    if (skipping_ == 0) text_.append(part.data(), part.size());
    return true;
  }
  bool number(Text part, Error& error) {
    return take(part, error) && scalar(Node::Kind::Number, error);
  }
  // What stands here is left out.
  [[nodiscard]] bool is_left_out() const {
    return open_.size() == 2 && open_[1].key == "managedFields" && open_[0].key == "metadata";
  }
  bool count(Error& error) {
    if (++nodes_ > kMostNodes) return refuse("it has more values than any object has", error);
    return true;
  }
  bool begin(Node::Kind kind, Error& error) {
    if (!count(error)) return false;
    if (skipping_ > 0 || is_left_out()) {
      ++skipping_;
      return true;
    }
    Node node;
    node.kind = kind;
    open_.push_back({std::move(node), {}});
    return true;
  }
  bool end(Error& error) {
    if (skipping_ > 0) {
      --skipping_;
      return true;
    }
    Node done = std::move(open_.back().node);
    open_.pop_back();
    if (has_key_twice(done)) {
      wipe(done);
      return refuse("a key is there twice", error);
    }
    add(std::move(done));
    return true;
  }
  bool scalar(Node::Kind kind, Error& error) {
    if (!count(error)) return false;
    if (skipping_ > 0 || is_left_out()) {
      text_.clear();
      return true;
    }
    Node node;
    node.kind = kind;
    node.text = std::exchange(text_, {});
    add(std::move(node));
    return true;
  }
  void add(Node node) {
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::List) {
      parent.node.items.push_back(std::move(node));
    } else {
      parent.node.members.push_back({std::exchange(parent.key, {}), std::move(node)});
    }
  }
  static bool has_key_twice(const Node& map) {
    std::vector<std::string_view> keys;
    for (const Member& member : map.members) keys.emplace_back(member.key);
    std::ranges::sort(keys);
    return std::ranges::adjacent_find(keys) != keys.end();
  }

  std::vector<Open> open_;
  std::string text_;
  int skipping_ = 0;  // levels below what is left out
  std::size_t nodes_ = 0;
  std::size_t octets_ = 0;
};

std::string words_of(const Tree& tree, const json::error_code& error) {
  if (!tree.fault.empty()) return tree.fault;
  if (error == json::error::too_deep) return "it is deeper than any object is";
  return error ? "it is no JSON: " + error.message() : "it is no JSON: something comes after it";
}

}  // namespace

Result<Node, std::string> read_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDeepest;
  json::basic_parser<Tree> parser(options);
  json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (error || used != text.size()) return Fail<std::string>(words_of(parser.handler(), error));
  return std::move(parser.handler().root);
}

}  // namespace postern::decode
