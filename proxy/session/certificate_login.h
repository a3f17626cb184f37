// The client's certificate, as a login sees it: what it is worth at the tenant that the session
// belongs to now, what auth services are told of it, and the login that it alone decides
// (EXTERNAL). A certificate was verified for the tenant of the handshake; for any other it counts
// as none. Called by the session's own steps; asks nobody, waits for nothing.
#pragma once

#include "proxy/policy/facts.h"
#include "proxy/policy/question.h"

namespace postern::session {

class Session;

[[nodiscard]] policy::Certificate certificate_of(Session& session);

// Version and suite of the client's TLS, and his certificate where one was asked for. The
// certificate itself only if `sends_certificate`. Nothing without TLS.
[[nodiscard]] std::optional<policy::ClientTlsFacts> client_tls_of(Session& session,
                                                                  bool sends_certificate);

// Who he is, says his verified certificate: his authorization identity is empty or that very name,
// or he may log in as others.
// `provider` is of kind CertificateProvider.
[[nodiscard]] policy::Answer answer_by_certificate(Session& session,
                                                   const config::Provider& provider);

}  // namespace postern::session
