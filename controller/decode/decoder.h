// A document of any kind → an object of the model, or the problems why not. Holds the schemas; made
// once by each source of objects. Immutable: may be shared.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/decode/document.h"
#include "controller/decode/findings.h"
#include "controller/decode/schema.h"
#include "controller/model/objects.h"

namespace postern::decode {

struct Decoded {
  std::optional<model::Object> object;  // absent: refused, or of a kind that is not used
  model::Problems problems;             // warnings may stand beside an object
};

// Of our own kinds.
struct Schemas {
  SchemaNode mail_server;
  SchemaNode mail_class;
};

class Decoder {
 public:
  Decoder();

  // `file` is where it came from, for problems; empty: not from a file. Defaults are filled in.
  [[nodiscard]] Decoded decode(Node& document, const std::string& file) const;
  [[nodiscard]] const Schemas& schemas() const { return schemas_; }

 private:
  Schemas schemas_;
};

[[nodiscard]] model::Problem problem_of(Finding finding, const model::ObjectKey& key,
                                        const std::string& file);

}  // namespace postern::decode
