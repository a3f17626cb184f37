// What the two ends of the stream tell gRPC: mutual TLS, both ways with the authorities of --certs
// and no others, certificates exchanged without restart. There is no way to ask for less.
// `kept` outlives whatever is made from it, channels and servers included.
#pragma once

#include <memory>

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace postern::identity {

class KeptCertificates;

// Each client has to show a certificate of our authorities. Which class it is of, and that it is a
// proxy, is asked for each stream (peer.h), so that it can be told why it is refused.
[[nodiscard]] std::shared_ptr<grpc::ServerCredentials> server_credentials(
    const KeptCertificates& kept);

// The server has to show that it is the controller of our own class; by which address or host name
// it was reached says nothing.
[[nodiscard]] std::shared_ptr<grpc::ChannelCredentials> channel_credentials(
    const KeptCertificates& kept);

}  // namespace postern::identity
