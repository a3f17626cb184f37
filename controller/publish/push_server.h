// The controller's end of the stream: a gRPC service with one ProxyStream a proxy. Says who may
// connect and turns messages into what the Distribution knows; that one decides everything else.
// Threads: publish(), reports(), wanted(), redirect() and stop() from anywhere; reports are told on
// gRPC's threads, or out of publish().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
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
  Duration revision_wait{10'000};
  // A connection lasts a random time between these, so that replicas share the load; 0: for ever.
  Duration redirect_every_min{std::chrono::minutes(30)};
  Duration redirect_every_max{std::chrono::minutes(60)};
  Duration load_report_interval{10'000};  // 0: proxies do not report
  Duration check_every{100};              // how late a deadline is noticed at most
  Metrics* metrics = nullptr;             // outlives the server; null: nothing is counted
};

class PushServer final : public Publisher {
 public:
  // `identity` and `log` outlive this.
  PushServer(PushServerSettings settings, const PeerIdentity& identity, ReportSink reports,
             Log& log);
  ~PushServer() override;

  [[nodiscard]] grpc::Service& service();

  Published publish(Publication publication) override;
  void reach(Revision revision) override;
  // The last of each proxy that is connected now and has said Hello.
  [[nodiscard]] std::vector<ApplyReport> reports() const;
  // Of the whole, as published last.
  [[nodiscard]] std::string version() const;
  // What proxies should have now. It holds private keys: show hashes.
  [[nodiscard]] std::vector<std::shared_ptr<const config::Resource>> wanted() const;
  // Asks every proxy to connect anew, to another replica where there is one.
  void redirect(Duration after, std::string_view reason);
  // Ends all streams and takes no new ones; returns when all are gone. Comes before the gRPC
  // server's Shutdown, which waits for them.
  void stop();

 private:
  class Streams;
  std::unique_ptr<Streams> streams_;
};

// Sizes, keepalive and age that both ends agree on.
void set_stream_limits(grpc::ServerBuilder& builder);

}  // namespace postern::publish
