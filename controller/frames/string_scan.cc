#include "controller/frames/string_scan.h"

#include <cstring>

#include "common/base/ascii.h"

namespace postern::frames {
namespace {

constexpr std::uint64_t each(std::uint8_t octet) { return 0x0101010101010101U * octet; }

bool is_plain(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet >= 0x20 && octet < 0x80 && c != '"' && c != '\\';
}

// Eight octets at once: the high bit of an octet is set below when it is not plain, and a borrow
// only ever comes from one that is not.
bool are_plain(const char* eight) {
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  const std::uint64_t odd =
      word | (word - each(0x20)) | ((word ^ each('"')) - each(1)) | ((word ^ each('\\')) - each(1));
  return (odd & each(0x80)) == 0;
}

void skip_plain(ByteView& octets) {
  std::size_t at = 0;
  while (octets.size() - at >= sizeof(std::uint64_t) && are_plain(octets.data() + at)) {
    at += sizeof(std::uint64_t);
  }
  while (at < octets.size() && is_plain(octets[at])) ++at;
  octets.remove_prefix(at);
}

// 16: it is none.
unsigned hex_value(unsigned char octet) {
  const char c = lower(static_cast<char>(octet));
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  return c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10U : 16U;
}

char meant_by(char escape) {
  switch (escape) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return escape;
  }
}

std::uint32_t code_at(ByteView raw, std::size_t at) {
  std::uint32_t code = 0;
  for (const char c : raw.substr(at, 4)) {
    code = code * 16 + hex_value(static_cast<unsigned char>(c));
  }
  return code;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](unsigned shift) {
    out.push_back(static_cast<char>(0x80U | ((code >> shift) & 0x3FU)));
  };
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (code >> 6U)));
    tail(0);
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0U | (code >> 12U)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0U | (code >> 18U)));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

StringScan::Said StringScan::next(ByteView& octets) {
  while (!octets.empty()) {
    if (due_ == Due::Any) skip_plain(octets);
    if (octets.empty()) break;
    const auto octet = static_cast<unsigned char>(octets.front());
    octets.remove_prefix(1);
    if (due_ == Due::Any && octet == '"') return Said::End;
    if (!take(octet)) return Said::Bad;
  }
  return Said::More;
}

bool StringScan::take(unsigned char octet) {
  switch (due_) {
    case Due::Any: return take_any(octet);
    case Due::Continuation: return continue_sequence(octet);
    case Due::Escape:
      if (octet == 'u') {
        due_ = Due::Hex;
        left_ = 4;
        code_ = 0;
        return true;
      }
      due_ = Due::Any;
      return octet != 0 && std::strchr("\"\\/bfnrt", octet) != nullptr;
    case Due::Hex: return take_hex(octet);
    case Due::LowSlash: due_ = Due::LowU; return octet == '\\';
    case Due::LowU:
      due_ = Due::Hex;
      left_ = 4;
      code_ = 0;
      low_due_ = true;
      return octet == 'u';
  }
  return false;
}

bool StringScan::take_any(unsigned char octet) {
  if (octet >= 0x80) return begin_sequence(octet);
  if (octet == '\\') due_ = Due::Escape;
  return octet >= 0x20;
}

bool StringScan::take_hex(unsigned char octet) {
  const unsigned value = hex_value(octet);
  if (value > 15) return false;
  code_ = static_cast<std::uint16_t>(code_ * 16U + value);
  --left_;
  return left_ > 0 || take_code();
}

bool StringScan::take_code() {
  const bool high = code_ >= 0xD800 && code_ < 0xDC00;
  const bool low = code_ >= 0xDC00 && code_ < 0xE000;
  if (low != low_due_) return false;
  low_due_ = false;
  due_ = high ? Due::LowSlash : Due::Any;
  return true;
}

bool StringScan::begin_sequence(unsigned char octet) {
  if (octet < 0xC2 || octet > 0xF4) return false;
  due_ = Due::Continuation;
  left_ = octet < 0xE0 ? 1 : octet < 0xF0 ? 2 : 3;
  // No overlong forms, no surrogates, nothing above U+10FFFF.
  least_ = octet == 0xE0 ? 0xA0 : octet == 0xF0 ? 0x90 : 0x80;
  most_ = octet == 0xED ? 0x9F : octet == 0xF4 ? 0x8F : 0xBF;
  return true;
}

bool StringScan::continue_sequence(unsigned char octet) {
  if (octet < least_ || octet > most_) return false;
  least_ = 0x80;
  most_ = 0xBF;
  if (--left_ == 0) due_ = Due::Any;
  return true;
}

std::string unescaped(ByteView raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] != '\\') {
      out.push_back(raw[at]);
      continue;
    }
    const char escape = raw[++at];
    if (escape != 'u') {
      out.push_back(meant_by(escape));
      continue;
    }
    std::uint32_t code = code_at(raw, at + 1);
    at += 4;
    if (code >= 0xD800 && code < 0xDC00) {
      code = 0x10000 + ((code - 0xD800) << 10U) + (code_at(raw, at + 3) - 0xDC00);
      at += 6;
    }
    append_utf8(out, code);
  }
  return out;
}

}  // namespace postern::frames
