// metadata of any object → model::Meta, and the places of all its fields.
#pragma once

#include <string>

#include "controller/decode/document.h"
#include "controller/decode/findings.h"
#include "controller/model/meta.h"

namespace postern::decode {

// Tells what is wrong with name, namespace, labels and annotations. The namespace is "default" when
// absent, and empty for kinds that belong to none. Places are those of every field of the document.
[[nodiscard]] model::Meta read_meta(const Node& document, const std::string& file,
                                    Findings& findings);

// Kind, namespace and name as far as they can be read: for problems of objects that are wrong.
[[nodiscard]] model::ObjectKey key_of(const Node& document);

}  // namespace postern::decode
