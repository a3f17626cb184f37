#include "cli/tool/why_object.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::tool {
namespace {

constexpr std::array kKinds = std::to_array<std::string_view>(
    {"MailServer", "MailClass", "Secret", "ConfigMap", "Service", "EndpointSlice", "Namespace",
     "IngressClass", "ReferenceGrant"});
constexpr std::size_t kMostOctets = std::size_t{16} << 20;
constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

// Closed on every way out.
struct Socket {
  explicit Socket(int of_family) : fd(::socket(of_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd >= 0) ::close(fd);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd;
};

bool connect_to(int fd, const SocketAddress& where) {
  (void)::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  (void)::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  const auto& octets = where.ip.octets();
  if (where.ip.family() == IpAddress::Family::V4) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(where.port);
    std::memcpy(&to.sin_addr, octets.data() + 12, 4);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(where.port);
  std::memcpy(&to.sin6_addr, octets.data(), octets.size());
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

bool send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Until the other end closes: one request a connection.
bool read_all(int fd, std::string& out) {
  std::array<char, 4096> some{};
  while (out.size() < kMostOctets) {
    const ssize_t got = ::recv(fd, some.data(), some.size(), 0);
    if (got < 0) return false;
    if (got == 0) return true;
    out.append(some.data(), static_cast<std::size_t>(got));
  }
  errno = EMSGSIZE;
  return false;
}

// Of the body, as the head has it. The admin server always says it; nothing: that is another one.
std::optional<std::size_t> length_told(std::string_view head) {
  constexpr std::string_view kName = "\r\ncontent-length: ";
  const std::size_t name = lower(head).find(kName);
  if (name == std::string::npos) return std::nullopt;
  std::size_t length = 0;
  const char* digits = head.data() + name + kName.size();
  const auto read = std::from_chars(digits, head.data() + head.size(), length);
  return read.ec == std::errc() ? std::optional(length) : std::nullopt;
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '/';
    out += plain ? std::string(1, c)
                 : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

process::Answered failed(const SocketAddress& where, std::string_view why) {
  return {.exit_code = process::kExitProblems,
          .err = fmt::format("postern why: the controller at {} cannot be asked: {}; "
                             "--admin-address says where it is",
                             where.text(), why)};
}

}  // namespace

bool is_object(std::string_view word) {
  const std::size_t slash = word.find('/');
  return slash != std::string_view::npos &&
         std::ranges::find(kKinds, word.substr(0, slash)) != kKinds.end();
}

process::Answered why_object(const WhyOptions& options) {
  const SocketAddress& where = options.admin_address;
  const Socket socket(where.ip.family() == IpAddress::Family::V4 ? AF_INET : AF_INET6);
  const std::string request =
      fmt::format("GET /debug/why?object={} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                  encoded(options.paths.front()), where.text());
  std::string reply;
  if (socket.fd < 0 || !connect_to(socket.fd, where) || !send_all(socket.fd, request) ||
      !read_all(socket.fd, reply)) {
    return failed(where, std::generic_category().message(errno));
  }
  const std::size_t body = reply.find("\r\n\r\n");
  const auto length = length_told(std::string_view(reply).substr(0, body));
  const bool http = reply.starts_with("HTTP/1.1 ") && body != std::string::npos;
  if (!http || !length) return failed(where, "that is no admin port");
  std::string text = reply.substr(body + 4);
  if (text.size() < *length) return failed(where, "the answer was cut off");
  if (reply.substr(9, 3) == "200") return {.out = std::move(text)};
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return failed(where, printable(text));
}

}  // namespace postern::tool
