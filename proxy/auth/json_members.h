// The members of a JSON answer, each found or not: octets -> values, on Boost.JSON's parser without
// its values. One object, and nothing behind it; no name twice in any object, however the two are
// written; nothing deeper, longer or more than the caps below; members that Postern knows have
// their one type. Unknown members are read and passed over, caps counted.
// Strings may be passwords: what holds them here is wiped. Pure. For the judge of answers only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/base/secret.h"

namespace postern::auth {

inline constexpr std::size_t kJsonDepth = 4;  // objects and arrays in each other, the outer one too
inline constexpr std::size_t kJsonMembers = 64;  // of all objects, and elements of arrays
inline constexpr std::size_t kJsonNameOctets = 64;
inline constexpr std::size_t kAttributes = 32;
inline constexpr std::size_t kAttributeOctets = 256;

enum class TextMember : std::uint8_t { Result, User, ActingAs, Reason, Message, Address };
inline constexpr std::size_t kTextMembers = 6;
enum class NumberMember : std::uint8_t { Version, Ttl, Wait, Port };
inline constexpr std::size_t kNumberMembers = 4;

struct JsonMembers {
  std::array<std::optional<std::string>, kTextMembers> texts;
  // Whole and not negative; larger than 32 bits is the largest that has them.
  std::array<std::optional<std::uint32_t>, kNumberMembers> numbers;
  std::optional<Secret> password;
  bool backend = false;  // the object is there
  std::optional<std::map<std::string, std::string>> attributes;

  [[nodiscard]] const std::optional<std::string>& operator[](TextMember member) const {
    return texts[static_cast<std::size_t>(member)];
  }
  [[nodiscard]] const std::optional<std::uint32_t>& operator[](NumberMember member) const {
    return numbers[static_cast<std::size_t>(member)];
  }
};

// Or the fault, for the log: never with a value of the answer in it.
[[nodiscard]] Result<JsonMembers, std::string> json_members(ByteView octets);

}  // namespace postern::auth
