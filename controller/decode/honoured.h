// Which fields of a MailServer and of a MailClass this build honours: a table each. A field that
// its author wrote and that is not in the table refuses the object by name: to ignore a restriction
// would be unsafe. Defaults that the schema filled in never refuse; those that are not built yet
// are listed apart.
// docs/compatibility.md is printed from here (compatibility.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/decode/document.h"
#include "controller/decode/findings.h"
#include "controller/decode/schema.h"

namespace postern::decode {

enum class Honour : std::uint8_t {
  Any,          // every value that the schema allows
  SomeValues,   // those in `values`
  IpAddresses,  // and no socket files
};

struct HonouredField {
  std::string_view path;  // "spec.tls.certificateRefs[].name"
  Honour honour = Honour::Any;
  std::string_view values = {};  // one space apart
};

// In the order of the reference.
using HonourTable = std::span<const HonouredField>;
[[nodiscard]] HonourTable honoured_by_mail_server();
[[nodiscard]] HonourTable honoured_by_mail_class();

// What holds when a field is absent, says the reference, and does not hold in this build yet.
struct DefaultNotBuilt {
  std::string_view field;
  std::string_view sentence;
};
[[nodiscard]] std::span<const DefaultNotBuilt> defaults_not_built();        // of a MailServer
[[nodiscard]] std::span<const DefaultNotBuilt> class_defaults_not_built();  // of a MailClass

// Null when the path is not in the table.
[[nodiscard]] const HonouredField* find_honoured(HonourTable table, std::string_view path);
// True when a field below `path` is.
[[nodiscard]] bool leads_to_honoured(HonourTable table, std::string_view path);

[[nodiscard]] std::vector<std::string> words_in(std::string_view values);

// `spec` has passed structure and rules.
void check_honoured_by_mail_server(const Node& spec, Findings& findings);
void check_honoured_by_mail_class(const Node& spec, Findings& findings);

}  // namespace postern::decode
