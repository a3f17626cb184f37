// What the decoders of the bodies share: the path of the field in hand, and the first refusal. A
// decoder goes on after a refusal with some value of the right type; the whole is then thrown away.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"

namespace postern::wire {

// A chain on the stack: its text is only made for a refusal.
struct FieldPath {
  const FieldPath* parent = nullptr;
  std::string_view name;
  int index = -1;

  [[nodiscard]] FieldPath operator/(std::string_view member) const { return {this, member}; }
  [[nodiscard]] FieldPath at(int i) const { return {parent, name, i}; }
  [[nodiscard]] std::string text() const;
};

class Decoding {
 public:
  void refuse(const FieldPath& field, std::string detail,
              DecodeFailure failure = DecodeFailure::Invalid) {
    if (!error_) error_ = DecodeError{failure, field.text(), std::move(detail)};
  }
  [[nodiscard]] const std::optional<DecodeError>& error() const { return error_; }

  template <class Value, class Wire, std::size_t N>
  [[nodiscard]] Value choice(std::type_identity_t<Wire> wire, const EnumTable<Value, Wire, N>& rows,
                             const FieldPath& field) {
    for (const auto& [value, known] : rows) {
      if (known == wire) return value;
    }
    refuse_choice(static_cast<int>(wire), field);
    return rows.front().first;
  }

  [[nodiscard]] std::uint16_t port(std::uint32_t number, const FieldPath& field);
  // A name of another resource: never empty where one is expected.
  void required(std::string_view text, const FieldPath& field) {
    if (text.empty()) refuse(field, "is empty");
  }

 private:
  void refuse_choice(int number, const FieldPath& field);

  std::optional<DecodeError> error_;
};

// Refuses what is outside; gives it back all the same.
std::uint32_t within(std::uint32_t number, std::uint32_t least, std::uint32_t most,
                     const FieldPath& field, Decoding& decoding);

// 49 days and more do not fit the field; no setting comes near.
[[nodiscard]] constexpr std::uint32_t milliseconds(Duration duration) {
  return static_cast<std::uint32_t>(duration.count());
}

// Repeated fields as lists of texts.
template <class Repeated>
[[nodiscard]] std::vector<std::string> texts(const Repeated& repeated) {
  return {repeated.begin(), repeated.end()};
}
template <class Repeated>
void put_texts(const std::vector<std::string>& from, Repeated* to) {
  to->Reserve(static_cast<int>(from.size()));
  for (const std::string& text : from) *to->Add() = text;
}

}  // namespace postern::wire
