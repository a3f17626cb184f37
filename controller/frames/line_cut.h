// A watch body as it comes, cut into its lines: an event each. Nothing is said of what stands in a
// line. What comes after the last LF is no line: the event was cut, and the next watch has it.
#pragma once

#include <string_view>

#include "common/base/bytes.h"
#include "controller/frames/piece.h"

namespace postern::frames {

class LineCut {
 public:
  // Takes octets off the front.
  [[nodiscard]] Cut next(ByteView& octets);
  // Without its LF or CRLF, and not empty.
  [[nodiscard]] ByteView piece() const { return piece_; }
  [[nodiscard]] std::string_view fault() const { return fault_; }

 private:
  [[nodiscard]] Cut too_long();

  Buffer begun_{kLineOctets};
  bool told_ = false;  // begun_ was a piece
  ByteView piece_;
  std::string_view fault_;
};

}  // namespace postern::frames
