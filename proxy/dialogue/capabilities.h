// What is announced: before login from our own offer, after login from what the backend shows. Pure
// functions of lists; the front is their only caller. Never announces what the front would refuse,
// and never lets a backend announce what makes no sense behind a proxy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/dialogue/step.h"

namespace postern::dialogue {

// LOGIN is governed by PLAIN or LOGIN: either one allows it.
[[nodiscard]] bool takes_passwords(const Offer& offer);

// Before login, in nginx's order: the list, AUTH=…, STARTTLS, LOGINDISABLED, SASL-IR. Words of the
// list that are computed here are left out of it, so that none appears twice or out of place.
[[nodiscard]] std::string imap_capabilities(const Offer& offer);

// After login: the backend's, less what only concerns logging in and COMPRESS, which would hide
// the borders of responses from the relay. Empty when there is nothing fit to be shown; the client
// then asks for itself.
[[nodiscard]] std::string imap_capabilities_after_login(const std::vector<std::string>& shown);

}  // namespace postern::dialogue
