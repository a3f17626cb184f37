// Walks over one JSON object as its octets come, in fragments of any size, and stops at each token.
// Takes what RFC 8259 takes, at most 64 levels deep and in well-formed UTF-8. Of what it walks over
// it keeps what it was asked to keep and nothing else: there are keys and passwords in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "controller/frames/number_scan.h"
#include "controller/frames/string_scan.h"

namespace postern::frames {

inline constexpr int kDepth = 64;
// Of a name or a value that is kept; a `continue` token has some hundred octets.
inline constexpr std::size_t kKeptOctets = std::size_t{16} << 10;

enum class Token : std::uint8_t {
  More,  // all octets are taken, and the token goes on
  MapBegin,
  MapEnd,
  ListBegin,
  ListEnd,
  Key,
  Text,
  Number,
  Word,  // true, false, null
  Bad,   // that is no JSON, or too much of it: fault()
};

class JsonWalk {
 public:
  // Names are kept in maps that stand at most this deep: 1 is the object itself.
  explicit JsonWalk(int names_to_depth) : names_to_depth_(names_to_depth) {}

  // Takes the octets of the next token off the front; nothing more after Bad.
  [[nodiscard]] Token next(ByteView& octets);
  // From now on, and names of maps that stand deeper are not.
  void keep_names_to(int depth) { names_to_depth_ = depth; }
  [[nodiscard]] bool keeps_names() const { return depth_ <= names_to_depth_; }
  // After Key: what follows shall be kept if it is Text, Number or Word.
  void keep_value() { keep_value_ = true; }
  // What the last Key, or the value that was to be kept, says; escapes are resolved.
  [[nodiscard]] std::string text() const;
  // How many maps and lists are open after the last token.
  [[nodiscard]] int depth() const { return depth_; }
  // The object has ended; only white space may follow.
  [[nodiscard]] bool ended() const { return due_ == Due::Nothing; }
  [[nodiscard]] std::string_view fault() const { return fault_; }

 private:
  enum class Due : std::uint8_t {
    Value,
    FirstItem,
    FirstKey,
    Key,
    Colon,
    NextInMap,
    NextInList,
    Nothing
  };
  enum class Within : std::uint8_t { Nothing, Key, Text, Number, Word };

  [[nodiscard]] Token begin_token(char c);
  [[nodiscard]] Token begin_value(char c);
  [[nodiscard]] Token begin_key(char c);
  [[nodiscard]] Token open(bool map);
  [[nodiscard]] Token close();
  [[nodiscard]] Token go_on(ByteView& octets);
  [[nodiscard]] Token go_on_within(ByteView& octets);
  [[nodiscard]] Token go_on_string(ByteView& octets, Token whole);
  [[nodiscard]] Token go_on_number(ByteView& octets);
  [[nodiscard]] Token go_on_word(ByteView& octets);
  [[nodiscard]] Token bad(std::string_view fault);
  void begin_kept(Within within, bool keep);
  [[nodiscard]] bool in_map() const { return (maps_ >> (depth_ - 1) & 1U) != 0; }
  [[nodiscard]] Due after_value() const;

  int names_to_depth_;
  Due due_ = Due::Value;
  Within within_ = Within::Nothing;
  bool keep_value_ = false;
  bool keeping_ = false;
  int depth_ = 0;
  std::uint64_t maps_ = 0;  // a bit a level: a map, else a list
  StringScan string_;
  NumberScan number_;
  std::string_view word_;  // what is left of it
  std::string kept_;       // as it was written
  std::string_view fault_;
};

}  // namespace postern::frames
