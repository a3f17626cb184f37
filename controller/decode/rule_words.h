// The few words that rules are written in; they read like the CEL that they stand for.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "common/base/address.h"
#include "controller/decode/fields.h"

namespace postern::decode {

inline constexpr std::array<std::string_view, 6> kProtocolKeys = {
    "imap", "pop3", "submission", "manageSieve", "mx", "lmtp"};

// self.key == word; absent is not equal.
[[nodiscard]] inline bool is(const Node& self, std::string_view key, std::string_view word) {
  const Node* found = self.find(key);
  return found != nullptr && found->text == word;
}
[[nodiscard]] inline bool is_one_of(std::string_view word,
                                    std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
// CEL's isIP: an IPv4 address written as IPv6 is not one.
[[nodiscard]] inline bool is_ip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address &&
         (address->family() == IpAddress::Family::V6 || text.find(':') == std::string_view::npos);
}
[[nodiscard]] inline bool exactly_one(const Node& self,
                                      std::initializer_list<std::string_view> keys) {
  return std::count_if(keys.begin(), keys.end(),
                       [&](std::string_view key) { return has(self, key); }) == 1;
}
// Of the list below `path` ("authentication.providers"); an absent list has no entries.
template <class Predicate>
[[nodiscard]] bool any_of(const Node& self, std::string_view path, Predicate holds) {
  const Node* list = at(self, path);
  return list != nullptr && std::any_of(list->items.begin(), list->items.end(), holds);
}
template <class Predicate>
[[nodiscard]] bool all_of(const Node& self, std::string_view path, Predicate holds) {
  const Node* list = at(self, path);
  return list == nullptr || std::all_of(list->items.begin(), list->items.end(), holds);
}

}  // namespace postern::decode
