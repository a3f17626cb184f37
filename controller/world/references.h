// Which objects a MailServer names. What nobody names does not matter: no build comes of it.
#pragma once

#include <set>

#include "controller/model/mail_server.h"

namespace postern::world {

// Keys of Secrets, ConfigMaps and Services; EndpointSlices count as their Service.
[[nodiscard]] std::set<model::ObjectKey> references_of(const model::MailServer& server);

}  // namespace postern::world
