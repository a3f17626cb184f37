// Who is at the other end of a stream, by the certificate that gRPC verified in the handshake.
// Any thread.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/identity/identity.h"

namespace grpc {
class AuthContext;
}

namespace postern::identity {

// The error is a sentence: no TLS, no certificate, or one that says nothing we understand.
[[nodiscard]] Result<Identity, std::string> identity_of_peer(const grpc::AuthContext& peer);

}  // namespace postern::identity
