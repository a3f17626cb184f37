// Which logins can work: from the mechanism that a client uses, by who checks it, to the way in
// which the proxy logs in at the backend. One table; what it says never works is refused when it is
// written, and docs/logins.md is compared with it. Private to this room, and to the page's test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/build/draft.h"

namespace postern::build {

enum class Checker : std::uint8_t { Backend, AuthHttp, Json, Certificate };
[[nodiscard]] Checker checker_of(const config::Provider& provider);

enum class Way : std::uint8_t {
  Works,
  WithReturnedPassword,  // if the provider returns one: nothing else is left for the backend
  Never,
};
struct Cell {
  Way way = Way::Works;
  std::string_view why = {};  // of Never: a clause, "a certificate leaves no password"
};
[[nodiscard]] Cell cell_of(Mechanism mechanism, Checker checker, config::LoginMethod method);

// Users who log in by `mechanism`, which somebody checks: where the backends of the protocol let
// them in, in the best of all ways.
struct Followed {
  Way way = Way::Never;
  std::string why;  // of Never: with the backend's name
};
[[nodiscard]] Followed follow(const ServerDraft& server, Protocol protocol, Mechanism mechanism);

// Whether somebody whom `checker` has verified can be let into the mailbox of another.
[[nodiscard]] Cell master_cell_of(Checker checker, config::LoginMethod method);

}  // namespace postern::build
