#include "proxy/auth/nginx_header.h"

#include <optional>
#include <utility>

#include "common/base/ascii.h"

namespace postern::auth {

namespace {

ByteView without_spaces(ByteView value) {
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  return value;
}

bool is_name(ByteView name) {
  if (name.empty() || name.front() == '-') return false;
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && c != '-') return false;
  }
  return true;
}

// The next line without its end; nothing: it is not complete.
std::optional<ByteView> take_line(ByteView& rest) {
  const std::size_t end = rest.find('\n');
  if (end == ByteView::npos) return std::nullopt;
  ByteView line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// "HTTP/1.1 200 OK": its status, 0 when there is none to be read. It decides nothing.
unsigned status_in(ByteView line) {
  unsigned status = 0;
  const std::size_t blank = line.find(' ');
  if (blank == ByteView::npos) return 0;
  for (const char c : line.substr(blank + 1, 3)) {
    if (!is_digit(c)) return 0;
    status = status * 10 + static_cast<unsigned>(c - '0');
  }
  return status;
}

}  // namespace

NginxHeader read_nginx_header(ByteView octets) {
  HttpResponse response;
  bool first = true;
  while (const std::optional<ByteView> line = take_line(octets)) {
    const bool status_line = std::exchange(first, false) && line->starts_with("HTTP/");
    if (line->find('\r') != ByteView::npos) return std::string("a CR without its LF");
    if (status_line) {
      response.status = status_in(*line);
      continue;
    }
    if (line->empty()) return response;
    const std::size_t colon = line->find(':');
    if (!is_name(line->substr(0, colon))) return std::string("a line that is no header");
    if (colon == ByteView::npos) continue;  // tolerated, as nginx does
    response.fields.push_back({line->substr(0, colon), without_spaces(line->substr(colon + 1))});
  }
  return HeaderIncomplete{};
}

}  // namespace postern::auth
