#include "controller/frames/line_cut.h"

namespace postern::frames {

Cut LineCut::next(ByteView& octets) {
  if (!fault_.empty()) return Cut::Bad;
  while (!octets.empty()) {
    if (told_) begun_.clear();
    told_ = false;
    const std::size_t end = octets.find('\n');
    const ByteView part = octets.substr(0, end);
    if (begun_.size() + part.size() > kLineOctets) return too_long();
    octets.remove_prefix(end == ByteView::npos ? octets.size() : end + 1);
    if (end == ByteView::npos || !begun_.empty()) {
      if (!begun_.append(part)) return too_long();
    }
    if (end == ByteView::npos) return Cut::More;
    told_ = true;
    piece_ = begun_.empty() ? part : begun_.view();
    if (piece_.ends_with('\r')) piece_.remove_suffix(1);
    if (!piece_.empty()) return Cut::Piece;
  }
  return Cut::More;
}

Cut LineCut::too_long() {
  fault_ = "a line of the watch is longer than 13 MiB";
  return Cut::Bad;
}

}  // namespace postern::frames
