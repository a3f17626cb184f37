// Facts: what is known of a session so far. Every decision of this room is a function of facts and
// configuration; a fact is added here, never looked up inside a decision. The session fills it in
// as it goes on: the empty string means "not known yet".
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/base/address.h"
#include "common/base/mail.h"
#include "common/config/listener.h"

namespace postern::policy {

// How the client's connection is protected now. Offered: STARTTLS may still be said.
enum class ClientTls : std::uint8_t { Established, Offered, Unavailable };

// The client's certificate at his tenant. Missing: one is demanded there, and this client has shown
// none. Unverified: told to auth services, and good for nothing else.
enum class Certificate : std::uint8_t { None, Missing, Unverified, Verified };

struct Facts {
  ClientAddress client;
  std::uint16_t port = 0;  // as the listener says it, without --port-offset
  Protocol protocol = Protocol::Imap;
  ClientTls tls = ClientTls::Unavailable;
  Certificate certificate = Certificate::None;
  bool asks_leniently = false;  // some provider of the tenant believes what nginx believes
  config::Plaintext plaintext = config::Plaintext::Refuse;  // of the tenant on this port
  std::string server;                                       // SERVER resource of the tenant
  std::string asked_name;                                   // SNI, lower case
  std::string mailbox;                                      // canonical name, see names.h
  std::string provider;  // that said yes or has it said by the backend, as written
  std::map<std::string, std::string> attributes;  // that it returned of the user
};

}  // namespace postern::policy
