#include "proxy/auth/request_text.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::auth {

namespace {

bool is_percent_encoded(char c) { return is_control(c) || c == ' ' || c == '%'; }

bool is_blank_or_control(char c) { return c == ' ' || is_control(c); }

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

}  // namespace

void RequestText::first_line(std::string_view method, std::string_view target,
                             std::string_view version) {
  if (target.empty() || target[0] != '/' || std::ranges::any_of(target, is_blank_or_control)) {
    return refuse("the path has blanks or control octets in it");
  }
  for (const ByteView part : {ByteView(method), ByteView(" "), ByteView(target), ByteView(" "),
                              ByteView(version), ByteView("\r\n")}) {
    put(part);
  }
}

void RequestText::line(std::string_view name, ByteView value) {
  if (has_control(value)) return refuse(fmt::format("{} has a control octet in it", name));
  for (const ByteView part : {ByteView(name), ByteView(": "), value, ByteView("\r\n")}) put(part);
}

void RequestText::line_unless_empty(std::string_view name, ByteView value) {
  if (!value.empty()) line(name, value);
}

void RequestText::escaped_line(std::string_view name, ByteView value) {
  put(name);
  put(": ");
  escape(value);
  put("\r\n");
}

void RequestText::own_lines(const std::vector<net::ProviderHeader>* headers) {
  if (!headers) return;
  for (const net::ProviderHeader& header : *headers) {
    if (!is_token(header.name)) return refuse("a header's name is not one");
    line(header.name, header.value.reveal());
  }
}

void RequestText::put(ByteView octets) {
  if (fault_.empty() && !out_.append(octets)) fault_ = "the question is too long";
}

void RequestText::refuse(std::string why) {
  if (fault_.empty()) fault_ = std::move(why);
}

Result<Buffer, std::string> RequestText::finish() {
  if (!fault_.empty()) return Fail<std::string>(std::move(fault_));
  return std::move(out_);
}

void RequestText::escape(ByteView value) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  while (!value.empty()) {
    const auto plain = std::ranges::find_if(value, is_percent_encoded);
    const auto length = static_cast<std::size_t>(plain - value.begin());
    put(value.substr(0, length));
    value.remove_prefix(length);
    if (value.empty()) return;
    const auto octet = static_cast<unsigned char>(value[0]);
    const char coded[] = {'%', kHex[octet >> 4U], kHex[octet & 15U]};
    put({coded, sizeof coded});
    value.remove_prefix(1);
  }
}

std::string authority_of(const config::HttpService& service, Port port) {
  const bool literal = service.host.find(':') != std::string::npos && service.host[0] != '[';
  std::string host = literal ? fmt::format("[{}]", service.host) : service.host;
  const std::uint16_t usual = service.secure ? 443 : 80;
  if (port == Port::Named && service.port != usual) host += fmt::format(":{}", service.port);
  return host;
}

std::string_view protocol_word(Protocol protocol) {
  switch (protocol) {
    case Protocol::Imap: return "imap";
    case Protocol::Pop3: return "pop3";
    case Protocol::ManageSieve: return "sieve";
    case Protocol::Submission:
    case Protocol::Mx: return "smtp";
    case Protocol::Lmtp: return "lmtp";
  }
  return "imap";
}

}  // namespace postern::auth
