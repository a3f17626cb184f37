// TLS contexts of the bare server, and certificates by the thousand for who has to hold many.
// Contexts stay as long as the program; the pairs are files, for who reads them. Nothing here is
// safe for more than a bench: keys are written as they are.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace postern::bench {

// Null when the pair cannot be used.
SSL_CTX* server_context(const std::string& certificate, const std::string& key);

// `count` pairs N.pem and N.key in `folder`, self-signed, ECDSA P-256, for the name mail-N.example;
// `below`: for *.mail-N.example too.
bool make_certificates(int count, const std::string& folder, bool below);

}  // namespace postern::bench
