// Question and Answer: what an auth provider is asked about a login, and what it may say. Values
// that every provider shares; how they travel is each provider's own.
// A Question owns the secret that the client showed, and is moved to whoever asks.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/mail.h"
#include "common/base/secret.h"
#include "common/config/provider.h"

namespace postern::net {
class TlsClient;
struct ProviderHeader;
}  // namespace postern::net

namespace postern::policy {

// How the client's TLS is, for services that want to know.
struct ClientTlsFacts {
  std::string version;  // "TLSv1.3"
  std::string suite;
  // Of the client's certificate, where one is asked for: NONE, SUCCESS, FAILED:reason; else empty.
  std::string verification;
  std::string subject, issuer, serial, fingerprint;  // as in nginx; empty: no certificate
  std::string certificate_pem;
  friend bool operator==(const ClientTlsFacts&, const ClientTlsFacts&) = default;
};

// What a PROXY header said, whatever is believed of it elsewhere.
struct ProxyHeaderFacts {
  SocketAddress source;
  SocketAddress destination;
  friend bool operator==(const ProxyHeaderFacts&, const ProxyHeaderFacts&) = default;
};

// SMTP without a login: a recipient is asked about.
struct RecipientFacts {
  std::string helo;
  std::string mail_from;  // the whole command, as typed
  std::string rcpt_to;
  friend bool operator==(const RecipientFacts&, const RecipientFacts&) = default;
};

struct Question {
  const config::Provider* provider = nullptr;
  std::string resource = {};            // its PROVIDER resource
  std::string version = {};             // of that resource
  const net::TlsClient* tls = nullptr;  // towards the service; null: in clear
  // That are added to a request; null: none. In the order of the manifest, values resolved.
  const std::vector<net::ProviderHeader>* headers = nullptr;

  Protocol protocol = Protocol::Imap;
  std::optional<Mechanism> mechanism = {};  // nothing: a recipient is asked about
  std::string user = {};                    // the name given to providers (authcid)
  std::string acting_as = {};               // authorization identity; empty: himself
  Secret secret = {};                       // password, CRAM-MD5 hex digest, or bearer token
  std::string challenge = {};               // of CRAM-MD5
  std::uint32_t attempt = 1;                // of this session
  ClientAddress client = {};
  std::string asked_name = {};   // SNI, lower case; empty: none
  std::string client_host = {};  // SMTP: confirmed name, [UNAVAILABLE] or [TEMPUNAVAIL]
  std::string server_name = {};  // SERVER resource of the tenant
  std::optional<ClientTlsFacts> client_tls = {};
  std::optional<ProxyHeaderFacts> proxy_header = {};
  std::optional<RecipientFacts> recipient = {};
};

struct Accept {
  std::string user = {};                      // replaces the name; empty: as it was
  std::optional<Secret> password = {};        // replaces the secret for the backend
  std::optional<ServerAddress> backend = {};  // where his mail is, for a `dynamic` backend
  std::map<std::string, std::string> attributes = {};
  std::optional<std::chrono::seconds> ttl = {};  // it may not be kept longer than this
  bool kept = false;                             // it was said before, and remembered
};

struct Refuse {
  bool unknown_user = false;          // nobody of that name here: the next provider may know him
  std::string text = {};              // of the service, printable; said only where that is allowed
  std::optional<Duration> wait = {};  // a new try is welcome after it; nothing: the session ends
  std::string error_code = {};        // SMTP: "535 5.7.0"
  std::string challenge = {};         // base64: said before the refusal of a bearer token
  bool kept = false;                  // it was said before, and remembered
};

// Ask the same again after a while; the client hears nothing.
struct AskAgain {
  Duration after{0};
};

struct Unavailable {
  std::string detail;  // for the log, printable, never a secret
};

using Answer = std::variant<Accept, Refuse, AskAgain, Unavailable>;

}  // namespace postern::policy
