#include "common/identity/credentials.h"

#include <functional>
#include <string>
#include <utility>

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "common/identity/kept_certificates.h"

namespace postern::identity {

namespace {

namespace tls = grpc::experimental;

// The least that gRPC takes. A new pair counts from then on.
constexpr unsigned int kRefreshSeconds = 1;

std::shared_ptr<tls::CertificateProviderInterface> provider_of(const KeptCertificates& kept) {
  const std::string from = kept.current();
  return std::make_shared<tls::FileWatcherCertificateProvider>(from + "/tls.key", from + "/tls.crt",
                                                               from + "/ca.crt", kRefreshSeconds);
}

// After gRPC has verified the chain with our authorities: is it the controller of our class?
// Exactly one URI name, as everywhere.
class ControllerOfClass final : public tls::ExternalCertificateVerifier {
 public:
  explicit ControllerOfClass(std::string uri) : uri_(std::move(uri)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*later*/, grpc::Status* now) override {
    const auto uris = request->uri_names();
    const bool ours = uris.size() == 1 && uris.front() == grpc::string_ref(uri_);
    *now = ours ? grpc::Status::OK
                : grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                               "the certificate of the server is not that of " + uri_);
    return true;  // decided at once
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  std::string uri_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> server_credentials(const KeptCertificates& kept) {
  tls::TlsServerCredentialsOptions options(provider_of(kept));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const KeptCertificates& kept) {
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(provider_of(kept));
  // Without this gRPC would trust the system's authorities.
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);
  options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<ControllerOfClass>(
      uri_of({Role::Controller, kept.who().ingress_class})));
  return tls::TlsCredentials(options);
}

}  // namespace postern::identity
