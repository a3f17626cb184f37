#include "controller/kube/request_head.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/base/bytes.h"
#include "common/base/version.h"

namespace postern::kube {
namespace {

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool is_visible(std::string_view text) {
  return is_field_value(text) && text.find(' ') == std::string_view::npos;
}

bool is_method(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_letter);
}

std::string host_of(const ApiAccess& access) {
  const bool v6 = access.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", access.host, v6 ? "]" : "", access.port);
}

}  // namespace

std::optional<std::string> request_head(const Request& request, const ApiAccess& access,
                                        ByteView token) {
  const bool fit = is_method(request.method) && is_visible(request.target) &&
                   request.target.starts_with('/') && is_visible(access.prefix) &&
                   is_visible(access.host) && is_field_value(request.accept) &&
                   is_field_value(request.content_type) && is_visible(token);
  if (!fit) return std::nullopt;
  std::string head;
  // In one piece: memory that a longer one leaves behind would keep the token.
  head.reserve(512 + access.prefix.size() + request.target.size() + access.host.size() +
               request.accept.size() + request.content_type.size() + token.size() +
               request.body.size());
  fmt::format_to(std::back_inserter(head), "{} {}{} HTTP/1.1\r\nHost: {}\r\n", request.method,
                 access.prefix, request.target, host_of(access));
  fmt::format_to(std::back_inserter(head), "User-Agent: postern-controller/{}\r\nAccept: {}\r\n",
                 version(), request.accept);
  if (!token.empty()) head.append("Authorization: Bearer ").append(token).append("\r\n");
  if (!request.content_type.empty()) {
    head.append("Content-Type: ").append(request.content_type).append("\r\n");
  }
  if (!request.body.empty() || request.method != "GET") {
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", request.body.size());
  }
  return head.append("\r\n");
}

}  // namespace postern::kube
