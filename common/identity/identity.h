// Who somebody at the stream is: controller or proxy, of one class. A certificate says it by one
// URI SAN, spiffe://postern/class/CLASS/controller or …/proxy; nothing else in it counts (no
// common name, no DNS name), and what a peer says of itself counts even less.
// All proxies of a class share one identity. Values only; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace postern::identity {

enum class Role : std::uint8_t { Controller, Proxy };

struct Identity {
  Role role = Role::Proxy;
  std::string ingress_class;
  friend bool operator==(const Identity&, const Identity&) = default;
};

[[nodiscard]] std::string_view word_of(Role role);

// The name of a MailClass: lower case letters, digits, - and ., beginning and ending with a letter
// or digit, at most 253 octets. So it can be written into a URI as it is.
[[nodiscard]] bool is_class_name(std::string_view text);

// The class has to be a class name.
[[nodiscard]] std::string uri_of(const Identity& who);

// Exactly the form above; the error is a sentence with the URI in it, fit for a log.
[[nodiscard]] Result<Identity, std::string> read_uri(std::string_view uri);

}  // namespace postern::identity
