// JsonText: one JSON document, written member by member into a Buffer that wipes itself (RFC 8259).
// Strings must be UTF-8: who writes checks them first (is_utf8). Every quote, backslash and control
// octet is escaped, so that no value can end its string.
// Made for one document. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/bytes.h"

namespace postern::auth {

class JsonText {
 public:
  explicit JsonText(std::size_t limit) : out_(limit) { put("{"); }

  void member(std::string_view name, std::string_view value);
  void member(std::string_view name, std::uint32_t value);
  void member_unless_empty(std::string_view name, std::string_view value);
  // Members between the two are those of an object.
  void open(std::string_view name);
  void close();

  // False: it did not fit, and is not to be used.
  [[nodiscard]] bool finish();
  [[nodiscard]] ByteView view() const { return out_.view(); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

 private:
  void put(ByteView octets) { fits_ = fits_ && out_.append(octets); }
  void name(std::string_view name);
  void quoted(std::string_view text);

  Buffer out_;
  bool fits_ = true;
  bool first_ = true;  // in the object that is open
};

}  // namespace postern::auth
