#include "controller/frames/fields.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/frames/json_walk.h"

namespace postern::frames {
namespace {

class Reading {
 public:
  Reading(ByteView json, std::span<Field> fields) : rest_(json), fields_(fields) {}

  [[nodiscard]] std::optional<std::string> run() {
    for (Token token = walk_.next(rest_); token != Token::More; token = walk_.next(rest_)) {
      if (token == Token::Bad) return std::string(walk_.fault());
      if (!take(token)) return "a field is written twice";
    }
    if (!walk_.ended()) return "it ends before its end";
    return std::nullopt;
  }

 private:
  struct OpenMap {
    Field* field;
    std::size_t level;
    const char* from;
  };

  [[nodiscard]] bool take(Token token) {
    switch (token) {
      case Token::Key: return take_key();
      case Token::MapBegin: begin_map(); return true;
      case Token::MapEnd: end_map(); return true;
      case Token::ListBegin: ++lists_; break;
      case Token::ListEnd: --lists_; break;
      case Token::Text:
      case Token::Number:
      case Token::Word: take_value(token); break;
      case Token::More:
      case Token::Bad: break;
    }
    due_ = nullptr;
    return true;
  }

  [[nodiscard]] bool take_key() {
    if (!walk_.keeps_names()) return true;
    names_.back() = walk_.text();
    // Maps that no path leads into are walked over without a look at their names.
    const bool leads_on =
        names_.size() < kPathDepth && std::any_of(
                                          fields_.begin(), fields_.end(),
                                          [this](const Field& field) { return leads_into(field); });
    walk_.keep_names_to(leads_on ? kDepth : walk_.depth());
    due_ = named();
    if (due_ == nullptr) return true;
    if (std::exchange(due_->found, true)) {
      due_ = nullptr;
      return lists_ > 0;
    }
    walk_.keep_value();
    return true;
  }

  [[nodiscard]] Field* named() {
    for (Field& field : fields_) {
      const auto end = std::find(field.path.begin(), field.path.end(), std::string_view{});
      if (std::equal(field.path.begin(), end, names_.begin(), names_.end())) return &field;
    }
    return nullptr;
  }

  [[nodiscard]] bool leads_into(const Field& field) const {
    return !field.path[names_.size()].empty() &&
           std::equal(names_.begin(), names_.end(), field.path.begin());
  }

  void begin_map() {
    if (due_ != nullptr) open_.push_back({due_, names_.size(), rest_.data() - 1});
    due_ = nullptr;
    names_.emplace_back();
  }

  void end_map() {
    names_.pop_back();
    if (open_.empty() || open_.back().level != names_.size()) return;
    const OpenMap& map = open_.back();
    map.field->map = {map.from, static_cast<std::size_t>(rest_.data() - map.from)};
    open_.pop_back();
  }

  void take_value(Token token) {
    if (due_ == nullptr) return;
    std::string text = walk_.text();
    if (token != Token::Word || text != "null") due_->text = std::move(text);
  }

  ByteView rest_;
  std::span<Field> fields_;
  JsonWalk walk_{1};
  std::vector<std::string> names_;  // of the maps that are open
  std::vector<OpenMap> open_;
  int lists_ = 0;
  Field* due_ = nullptr;
};

}  // namespace

std::optional<std::string> read_fields(ByteView json, std::span<Field> fields) {
  return Reading(json, fields).run();
}

}  // namespace postern::frames
