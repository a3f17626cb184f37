// The controller's end of the stream: a gRPC service with one ProxyStream a proxy, and the
// Publisher that the loop uses. Says who may connect, what each is sent, and reports what they made
// of it.
// Threads: publish(), redirect() and stop() from anywhere; reports come on gRPC's threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "controller/publish/publisher.h"

namespace grpc {
class ServerBuilder;
class Service;
}  // namespace grpc

namespace postern::publish {

class PeerIdentity;

struct PushServerSettings {
  std::string controller_id;
  std::string ingress_class;  // the class that is served here
  Duration hello_timeout{5'000};
  Duration result_timeout{30'000};
};

class PushServer final : public Publisher {
 public:
  // `identity` and `log` outlive this.
  PushServer(PushServerSettings settings, const PeerIdentity& identity, ReportSink reports,
             Log& log);
  ~PushServer() override;

  [[nodiscard]] grpc::Service& service();

  std::string publish(Publication publication) override;
  // Asks every proxy to connect anew, to another replica where there is one.
  void redirect(Duration after, std::string_view reason);
  // Ends all streams and takes no new ones; returns when all are gone. Comes before the gRPC
  // server's Shutdown, which waits for them.
  void stop();

 private:
  class Streams;
  std::unique_ptr<Streams> streams_;
};

// Sizes and keepalive that both ends agree on.
void set_stream_limits(grpc::ServerBuilder& builder);

}  // namespace postern::publish
