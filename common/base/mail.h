// Words that every room speaks: protocols and SASL mechanisms, with their registered names.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace postern {

enum class Protocol : std::uint8_t { Imap, Pop3, Submission, ManageSieve, Mx, Lmtp };

// As in manifests: IMAP, POP3, Submission, ManageSieve, MX, LMTP.
[[nodiscard]] std::string_view name_of(Protocol protocol);
[[nodiscard]] std::optional<Protocol> protocol_named(std::string_view name);

// In the order in which nginx announces them.
enum class Mechanism : std::uint8_t { Plain, Login, CramMd5, External, XOAuth2, OAuthBearer };
inline constexpr Mechanism kMechanisms[] = {Mechanism::Plain,   Mechanism::Login,
                                            Mechanism::CramMd5, Mechanism::External,
                                            Mechanism::XOAuth2, Mechanism::OAuthBearer};

[[nodiscard]] std::string_view name_of(Mechanism mechanism);
// Letter case does not matter (RFC 4422 §3.1 names are upper case; clients are not always).
[[nodiscard]] std::optional<Mechanism> mechanism_named(std::string_view name);

class MechanismSet {
 public:
  constexpr MechanismSet() = default;
  constexpr MechanismSet(std::initializer_list<Mechanism> mechanisms) {
    for (const Mechanism m : mechanisms) add(m);
  }
  constexpr void add(Mechanism m) { bits_ = static_cast<std::uint8_t>(bits_ | bit(m)); }
  constexpr void remove(Mechanism m) { bits_ = static_cast<std::uint8_t>(bits_ & ~bit(m)); }
  [[nodiscard]] constexpr bool has(Mechanism m) const { return (bits_ & bit(m)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(MechanismSet, MechanismSet) = default;

 private:
  static constexpr std::uint8_t bit(Mechanism m) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(m));
  }
  std::uint8_t bits_ = 0;
};

}  // namespace postern
