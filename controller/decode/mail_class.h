// A checked MailClass document → model::MailClass, with what the reference says holds when a field
// is absent. Structure, rules and honoured fields were checked before (decoder.cc).
#pragma once

#include "controller/decode/document.h"
#include "controller/model/mail_class.h"

namespace postern::decode {

[[nodiscard]] model::MailClass read_mail_class(const Node& document, model::Meta meta);

}  // namespace postern::decode
