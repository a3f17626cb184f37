// A configuration is wrong (style: kind C): which object, which field, what is wrong and what to
// write instead. The rest still builds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/model/object_key.h"

namespace postern::model {

// Where it stands, when the object came from a file; line 0: unknown.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

enum class Severity : std::uint8_t {
  Refused,  // the object, or the part that `field` names, is not served
  Warning,  // served, but somebody should look (InsecureSettings, defaults not built yet)
};

// Reason of a field that is written and that this build does not honour; its message names it.
inline constexpr std::string_view kNotSupportedYet = "NotSupportedYet";

struct Problem {
  ObjectKey object;
  Place place;
  std::string field;    // "spec.protocols.imap.listeners[1]"; empty: the object as a whole
  std::string reason;   // condition reason, CamelCase: "InvalidField", "NotSupportedYet"
  std::string message;  // what is wrong, and what to write
  Severity severity = Severity::Refused;
  // Of the object as it was when this was found, where its source knows them: what could not be
  // decoded has a status all the same.
  std::string uid = {};
  std::int64_t generation = 0;
};

using Problems = std::vector<Problem>;

// "mail/example.yaml:14:5: MailServer mail/example: spec.hostnames: is required …"
[[nodiscard]] std::string to_text(const Problem& problem);

}  // namespace postern::model
