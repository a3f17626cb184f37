#include "proxy/grammar/line.h"

#include <algorithm>

namespace postern::grammar {

std::size_t find_line_end(ByteView octets) {
  const std::size_t lf = octets.find('\n');
  return std::min(lf, octets.substr(0, lf).find('\r'));
}

Parse<ByteView> parse_line(ByteView octets, std::size_t limit) {
  const ByteView seen = octets.substr(0, limit);
  const std::size_t at = find_line_end(seen);
  if (at == ByteView::npos) {
    if (octets.size() < limit) return NeedMore{};
    return Malformed{kLineTooLong, limit};
  }
  if (seen[at] == '\n') return Malformed{kBareLf, at};
  if (at + 1 >= limit) return Malformed{kLineTooLong, limit};
  if (at + 1 == seen.size()) return NeedMore{};
  if (seen[at + 1] != '\n') return Malformed{kBareCr, at};
  return Done<ByteView>{seen.substr(0, at), at + 2};
}

}  // namespace postern::grammar
