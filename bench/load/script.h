// What a guest says and expects, as lines of text. Parsed once, shared by all guests; immutable.
//   tls [NAME]         the handshake, with this SNI
//   answered           the login has been answered: its latency ends here
//   say TEXT           a line; {key} in it is the guest's number, the key of its pattern
//   hear PREFIX        the next line begins so; before a tagged one untagged ones are skipped
//   take N [PER_TICK]  N octets of the pattern, compared; at most so many in 20 ms
//   give N             N octets of the pattern
//   finish             nothing more is said
//   ended              and the other end has nothing more to say either
//   reset              ends with RST
//   pause MS           nothing happens for so long
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::bench {

struct Step {
  enum class Kind { kTls, kAnswered, kSay, kHear, kTake, kGive, kFinish, kEnded, kReset, kPause };
  Kind kind = Kind::kSay;
  std::string text;
  std::uint64_t octets = 0;
  std::uint64_t per_tick = 0;
};

struct Script {
  std::string name;
  std::vector<Step> steps;
};

// Sections that begin with "# NAME"; nothing when a line is not understood.
std::optional<std::vector<Script>> parse_scripts(std::string_view text);

}  // namespace postern::bench
