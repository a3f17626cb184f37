// A list as it comes, cut into its objects: what stands in `items`, one by one, and around them
// what must be known to go on. Never holds more than one object; the whole of it is walked over, so
// that what was cut is JSON, UTF-8 and not deeper than 64 levels.
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "controller/frames/json_walk.h"
#include "controller/frames/piece.h"

namespace postern::frames {

// Whole when the list is; empty: it did not say.
struct ListHead {
  std::string kind;
  std::string resource_version;
  std::string continue_token;
};

class ListCut {
 public:
  ListCut() = default;
  ListCut(const ListCut&) = delete;
  ListCut& operator=(const ListCut&) = delete;

  // Takes octets off the front.
  [[nodiscard]] Cut next(ByteView& octets);
  [[nodiscard]] ByteView piece() const { return piece_; }
  // The list has ended, and is one.
  [[nodiscard]] bool whole() const { return walk_.ended() && had_items_; }
  [[nodiscard]] const ListHead& head() const { return head_; }
  [[nodiscard]] std::string_view fault() const { return fault_; }

 private:
  enum class Place : std::uint8_t { Other, Metadata, Items };

  [[nodiscard]] Cut next_of_item(ByteView& octets, const char* from);
  [[nodiscard]] bool take(Token token);
  [[nodiscard]] bool take_key(const std::string& key);
  [[nodiscard]] bool take_field(Token token);
  [[nodiscard]] bool take_metadata(Token token);
  [[nodiscard]] bool take_item(Token token);
  [[nodiscard]] bool due(std::string& field);
  [[nodiscard]] bool once(bool& had, Place place);
  [[nodiscard]] bool is_null(Token token) const;
  bool refuse(std::string_view fault);

  JsonWalk walk_{2};
  Place place_ = Place::Other;
  std::string* due_ = nullptr;  // the field whose value comes next
  bool in_item_ = false;
  bool had_items_ = false;
  bool had_metadata_ = false;
  bool told_ = false;  // begun_ was a piece
  Buffer begun_{kObjectOctets};
  ByteView piece_;
  ListHead head_;
  std::string_view fault_;
};

}  // namespace postern::frames
