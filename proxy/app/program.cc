#include "proxy/app/program.h"

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "common/admin/admin_server.h"
#include "common/base/version.h"
#include "common/identity/credentials.h"
#include "common/identity/grpc_lines.h"
#include "common/identity/kept_certificates.h"
#include "common/process/console.h"
#include "common/process/milestones.h"
#include "common/process/own_metrics.h"
#include "common/process/standing.h"
#include "common/process/stop_signals.h"
#include "common/process/usage.h"
#include "proxy/app/lines.h"
#include "proxy/app/server.h"
#include "proxy/control/subscriber.h"

namespace postern::proxy_app {
namespace {

ProxySettings settings_of(const RemoteOptions& options) {
  const ProxyOptions& proxy = options.proxy;
  return {.workers = proxy.workers,
          .listen_addresses = proxy.listen_addresses,
          .port_offset = proxy.port_offset,
          .ingress_class = proxy.ingress_class,
          .proxy_name = options.name,
          .zone = proxy.zone,
          .state_dir = proxy.state_dir,
          .memory_mib = proxy.memory_mib};
}

// Members in the order in which they come up; they go down the other way round.
class Program {
 public:
  explicit Program(const RemoteOptions& options)
      : options_(options),
        format_(process::format_of(options.proxy.log)),
        log_(make_log(format_, options.proxy.log.level)),
        console_(format_, *log_),
        signals_([this] { milestones_.stop_wished(); }),
        admin_(
            {.live = [this] { return !proxy_ || proxy_->live(); },
             .ready = [this] { return proxy_ && proxy_->ready() && !serves_nobody_ && !draining_; },
             .metrics = [this] { return process::metrics_text(metrics_, *log_); },
             .config = [this] { return proxy_->config_text(); },
             .log_level =
                 [this](std::string_view wanted) { return process::log_level(*log_, wanted); }}) {}

  int serve() {
    process::lock_secrets(*log_);
    process::count_process(metrics_);
    auto kept = identity::KeptCertificates::open(
        {.directory = options_.certs, .who = {identity::Role::Proxy, options_.proxy.ingress_class}},
        {*log_, clock_, metrics_});
    if (!kept) return end("not started: " + kept.error());
    certificates_ = std::move(*kept);
    proxy_ =
        std::make_unique<ProxyServer>(settings_of(options_), channel(), *log_, metrics_, clock_);
    auto admin = admin_.start(options_.proxy.admin_address);
    if (!admin) return end(process::admin_refused(admin.error()));
    serve_clients(*admin);
    admin_.stop();
    proxy_->stop();
    return process::kExitDone;
  }

 private:
  [[nodiscard]] std::shared_ptr<grpc::Channel> channel() const {
    grpc::ChannelArguments arguments;
    control::set_stream_limits(arguments);
    return grpc::CreateCustomChannel(options_.controller,
                                     identity::channel_credentials(*certificates_), arguments);
  }

  void serve_clients(const SocketAddress& admin) {
    proxy_->on_outcome([this](const adopt::Outcome& outcome) { take(outcome); });
    proxy_->start();
    if (!milestones_.wait_until_adopted()) return;
    auto addresses = named(proxy_->listeners());
    addresses.push_back({"admin", admin});
    console_.say_ready(process::ready_line(addresses));
    log_->line(LogLevel::Info, "serving", {{field::kVersion, version()}});
    milestones_.wait_until_stop_wished();
    draining_ = true;
    log_->line(LogLevel::Info, "draining", {});
    const bool all_gone = proxy_->drain();
    log_->line(LogLevel::Info, all_gone ? "drained" : "drained: its time is over", {});
  }

  // On the control thread. A retry that says the same again is not told again. Where nothing could
  // be opened because something was refused (keys of a last known good that has none), it is not
  // ready: guests would be turned away.
  void take(const adopt::Outcome& outcome) {
    std::vector<std::string> lines = refusal_lines(outcome, options_.proxy.port_offset);
    if (lines != told_) {
      for (const std::string& line : lines) console_.say({LogLevel::Error, line, {}, {}});
      told_ = std::move(lines);
    }
    serves_nobody_ = !outcome.errors.empty() && proxy_->listeners().empty();
    if (!serves_nobody_) milestones_.adopted();
  }

  int end(const std::string& why) {
    console_.say({LogLevel::Error, why, {}, {}});
    return process::kExitProblems;
  }

  const RemoteOptions& options_;
  const LogFormat format_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<Log> log_;
  identity::GrpcLines grpc_lines_{*log_};
  process::Console console_;
  process::Milestones milestones_;
  process::StopSignals signals_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> serves_nobody_{false};
  std::vector<std::string> told_;  // the control thread's alone
  std::unique_ptr<identity::KeptCertificates> certificates_;
  std::unique_ptr<ProxyServer> proxy_;
  admin::AdminServer admin_;
};

}  // namespace

std::optional<std::string> what_is_missing(const RemoteOptions& options) {
  if (options.controller.empty()) return "the controller is missing: --controller HOST:PORT";
  if (options.certs.empty()) {
    return "the certificates are missing: --certs DIR (postern certgen DIR makes them)";
  }
  return std::nullopt;
}

int serve(const RemoteOptions& options) {
  process::keep_stop_signals();
  return Program(options).serve();
}

}  // namespace postern::proxy_app
