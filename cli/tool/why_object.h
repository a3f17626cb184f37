// `postern why MailServer/mail/example`: what a controller that runs knows of an object: whether it
// is there, what it names and who names it, what proxies are given because of it and who refuses
// that. Asks the admin port of the controller, on the same machine (kubectl port-forward).
#pragma once

#include <string_view>

#include "cli/tool/why.h"
#include "common/process/usage.h"

namespace postern::tool {

// "MailServer/mail/example" and not a file: of a kind that a controller knows.
[[nodiscard]] bool is_object(std::string_view word);

// Exit code 1: the controller could not be asked, or does not answer.
[[nodiscard]] process::Answered why_object(const WhyOptions& options);

}  // namespace postern::tool
