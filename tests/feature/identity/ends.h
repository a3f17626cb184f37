// The two ends of a stream with certificates, on loopback: honest ones as the programs make them,
// and rogue ones with whatever a test gives them.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "common/identity/credentials.h"
#include "common/identity/grpc_lines.h"
#include "common/identity/kept_certificates.h"
#include "controller/publish/certificate_identity.h"
#include "postern/config/v1alpha1/config.grpc.pb.h"
#include "tests/support/kept_lines.h"
#include "tests/support/stream_certificates.h"

namespace postern::test {

namespace pb = config::v1alpha1;

inline const identity::Identity kController{identity::Role::Controller, "mail"};
inline const identity::Identity kProxy{identity::Role::Proxy, "mail"};

// The certificates of one end, as a program keeps them; look() instead of a thread.
class KeptEnd {
 public:
  KeptEnd(const identity::Identity& who, const PairFiles& files) {
    put(files, false);
    identity::KeptSettings settings;
    settings.directory = folder_.path();
    settings.who = who;
    settings.watch = false;
    settings.private_parents = {private_.path()};
    auto opened = identity::KeptCertificates::open(settings, {log, clock_, metrics_});
    if (!opened) throw std::runtime_error(opened.error());
    kept_ = std::move(*opened);
  }
  // True when they came into force.
  bool put(const PairFiles& files, bool look = true) {
    files.write_to(folder_.path());
    return look && kept_->look();
  }
  [[nodiscard]] const identity::KeptCertificates& kept() const { return *kept_; }

  KeptLines log;

 private:
  TemporaryFolder folder_;
  TemporaryFolder private_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<identity::KeptCertificates> kept_;
};

// Answers every message of a proxy of class `mail`; asks for the certificate first.
class Desk final : public pb::ConfigStream::Service {
 public:
  grpc::Status Connect(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<pb::ControllerMessage, pb::ProxyMessage>* stream) override {
    ++asked;
    const auto ingress_class = publish::CertificateIdentity().class_of(*context);
    if (!ingress_class) return {grpc::StatusCode::PERMISSION_DENIED, ingress_class.error()};
    if (*ingress_class != "mail") {
      return {grpc::StatusCode::PERMISSION_DENIED, "another class: " + *ingress_class};
    }
    const auto shown = context->auth_context()->FindPropertyValues("x509_pem_cert");
    pb::ProxyMessage heard;
    while (stream->Read(&heard)) {
      pb::ControllerMessage answer;
      answer.mutable_welcome()->set_controller_id(
          shown.empty() ? std::string() : std::string(shown.front().data(), shown.front().size()));
      if (!stream->Write(answer)) break;
    }
    return grpc::Status::OK;
  }

  std::atomic<int> asked = 0;
};

class Server {
 public:
  explicit Server(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    builder.RegisterService(&desk);
    server_ = builder.BuildAndStart();
    if (!server_) throw std::runtime_error("no server");
  }
  ~Server() { server_->Shutdown(std::chrono::system_clock::now()); }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  Desk desk;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// One stream over a connection of its own, so that there is a handshake for it.
class Call {
 public:
  Call(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = pb::ConfigStream::NewStub(grpc::CreateCustomChannel(address, credentials, arguments));
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stream_ = stub_->Connect(&context_);
  }
  // True when an answer came. `shown_` is then the certificate that the other end saw.
  bool ask() {
    pb::ProxyMessage hello;
    hello.mutable_hello()->mutable_node()->set_ingress_class("mail");
    pb::ControllerMessage answer;
    if (!stream_->Write(hello) || !stream_->Read(&answer)) return false;
    seen_ = answer.welcome().controller_id();
    return true;
  }
  [[nodiscard]] const std::string& seen_by_server() const { return seen_; }
  [[nodiscard]] std::string seen_of_server() const {
    const auto shown = context_.auth_context()->FindPropertyValues("x509_pem_cert");
    return shown.empty() ? std::string() : std::string(shown.front().data(), shown.front().size());
  }
  // How it ended, and whether nothing at all was received before.
  grpc::Status end(bool* received_nothing = nullptr) {
    stream_->WritesDone();
    pb::ControllerMessage answer;
    const bool something = stream_->Read(&answer);
    if (received_nothing != nullptr) *received_nothing = !something;
    return stream_->Finish();
  }

 private:
  std::unique_ptr<pb::ConfigStream::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<pb::ProxyMessage, pb::ControllerMessage>> stream_;
  std::string seen_;
};

// A client that takes any server of these authorities and shows whatever certificate it has.
inline std::shared_ptr<grpc::ChannelCredentials> rogue_client(const PairFiles& files) {
  namespace tls = grpc::experimental;
  tls::TlsChannelCredentialsOptions options;
  std::vector<tls::IdentityKeyCertPair> pairs;
  if (!files.key.empty()) pairs.push_back({files.key, files.chain});
  options.set_certificate_provider(
      std::make_shared<tls::StaticDataCertificateProvider>(files.authorities, pairs));
  options.watch_root_certs();
  if (!files.key.empty()) options.watch_identity_key_cert_pairs();
  options.set_check_call_host(false);
  options.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
  return tls::TlsCredentials(options);
}

inline std::shared_ptr<grpc::ServerCredentials> rogue_server(const PairFiles& files) {
  namespace tls = grpc::experimental;
  const std::vector<tls::IdentityKeyCertPair> pairs{{files.key, files.chain}};
  tls::TlsServerCredentialsOptions options(
      std::make_shared<tls::StaticDataCertificateProvider>(files.authorities, pairs));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return tls::TlsServerCredentials(options);
}

// gRPC looks at its files each second: handshakes until one is as wanted, with a generous end.
template <class Wanted>
bool soon(Wanted wanted) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < end) {
    if (wanted()) return true;
  }
  return false;
}

}  // namespace postern::test
