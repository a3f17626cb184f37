// Which objects a MailServer or a MailClass names. What nobody names does not matter: no build
// comes of it.
#pragma once

#include <set>

#include "controller/model/mail_class.h"
#include "controller/model/mail_server.h"

namespace postern::world {

// Keys of Secrets, ConfigMaps and Services; EndpointSlices count as their Service.
[[nodiscard]] std::set<model::ObjectKey> references_of(const model::MailServer& server);
[[nodiscard]] std::set<model::ObjectKey> references_of(const model::MailClass& mail_class);

}  // namespace postern::world
