// The steps of a change, in the order in which it goes through them. A test stops the process at
// each and looks what a start makes of it; nothing else listens.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace postern::adopt {

enum class ChangeStep : std::uint8_t {
  Staged,      // all chunks are here, nothing was looked at
  Prepared,    // what can fail has been done; nobody sees it
  Bound,       // new sockets listen
  HandedOver,  // on its way to the workers
  Adopted,     // every worker has it
  Active,      // said so to whoever sent it
  Retired      // what was removed is gone from every worker
};
inline constexpr ChangeStep kChangeSteps[] = {
    ChangeStep::Staged,  ChangeStep::Prepared, ChangeStep::Bound,  ChangeStep::HandedOver,
    ChangeStep::Adopted, ChangeStep::Active,   ChangeStep::Retired};
[[nodiscard]] std::string_view name_of(ChangeStep step);

// Called when a step is done, on the control thread; empty in programs.
using AtStep = std::function<void(ChangeStep)>;

}  // namespace postern::adopt
