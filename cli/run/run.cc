#include "cli/run/run.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/admin/admin_server.h"
#include "common/base/version.h"
#include "common/identity/grpc_lines.h"
#include "common/process/console.h"
#include "common/process/milestones.h"
#include "common/process/own_metrics.h"
#include "common/process/standing.h"
#include "common/process/stop_signals.h"
#include "controller/app/options.h"
#include "controller/app/server.h"
#include "proxy/app/lines.h"
#include "proxy/app/server.h"

namespace postern::run {
namespace {

proxy_app::ProxySettings proxy_settings(const RunOptions& options) {
  const proxy_app::ProxyOptions& proxy = options.proxy;
  return {.workers = proxy.workers,
          .listen_addresses = proxy.listen_addresses,
          .port_offset = proxy.port_offset,
          .ingress_class = proxy.ingress_class,
          .proxy_name = "postern-run",
          .zone = proxy.zone,
          .state_dir = proxy.state_dir,
          .memory_mib = proxy.memory_mib};
}

controller_app::ControllerSettings controller_settings(const RunOptions& options) {
  return {.directory = options.directory,
          .ingress_class = options.proxy.ingress_class,
          .status_dir = controller_app::status_dir_of(options.directory, options.status_dir),
          .door = std::nullopt};
}

// Members in the order in which they come up; they go down the other way round.
class OneProcess {
 public:
  explicit OneProcess(const RunOptions& options)
      : options_(options),
        format_(process::format_of(options.proxy.log)),
        log_(make_log(format_, options.proxy.log.level)),
        console_(format_, *log_),
        signals_([this] { milestones_.stop_wished(); }),
        controller_(controller_settings(options), {*log_, metrics_, clock_},
                    [this](const status::StatusLine& line) {
                      console_.say({line.level, line.text, line.object, line.reason});
                    }),
        proxy_(proxy_settings(options), controller_.in_process_channel(), *log_, metrics_, clock_),
        admin_(
            {.live = [this] { return proxy_.live(); },
             .ready = [this] { return proxy_.ready() && !draining_; },
             .metrics = [this] { return process::metrics_text(metrics_, *log_); },
             .config = [this] { return proxy_.config_text(); },
             .log_level =
                 [this](std::string_view wanted) { return process::log_level(*log_, wanted); }}) {}

  int serve() {
    process::lock_secrets(*log_);
    process::count_process(metrics_);
    const loop::LoadReport load = controller_.load();
    if (const std::string reason = why_not(load); !reason.empty()) return end(reason);
    const auto admin = admin_.start(options_.proxy.admin_address);
    if (!admin) return end(process::admin_refused(admin.error()));
    const auto followed = controller_.start();
    const int code = followed ? serve_clients(*admin) : end("not started: " + followed.error());
    admin_.stop();
    proxy_.stop();
    controller_.stop();
    return code;
  }

 private:
  [[nodiscard]] std::string why_not(const loop::LoadReport& load) const {
    if (!load.source_failure.empty()) return "not started: " + load.source_failure;
    if (options_.strict && load.refusals) {
      return "not started: --strict, and the manifests have problems";
    }
    if (load.served > 0) return {};
    return fmt::format("not started: {} has no MailServer that can be served", options_.directory);
  }

  // The reasons first.
  int end(const std::string& why) {
    controller_.flush_lines();
    console_.say({LogLevel::Error, why, {}, {}});
    return kNotServed;
  }

  int serve_clients(const SocketAddress& admin) {
    proxy_.on_outcome([this](const adopt::Outcome& outcome) { take(outcome); });
    proxy_.start();
    if (!milestones_.wait_until_adopted()) return kServed;
    const auto listeners = proxy_.listeners();
    if (listeners.empty()) return end("not started: no listener could be opened");
    if (options_.strict && refused_by_proxy_) {
      return end("not started: --strict, and the proxy refused a part");
    }
    auto addresses = proxy_app::named(listeners);
    addresses.push_back({"admin", admin});
    console_.say_ready(process::ready_line(addresses));
    log_->line(LogLevel::Info, "serving", {{field::kVersion, version()}});
    milestones_.wait_until_stop_wished();
    draining_ = true;
    log_->line(LogLevel::Info, "draining", {});
    const bool all_gone = proxy_.drain();
    log_->line(LogLevel::Info, all_gone ? "drained" : "drained: its time is over", {});
    return kServed;
  }

  // On the control thread. A retry that says the same again is not told again.
  void take(const adopt::Outcome& outcome) {
    std::vector<std::string> lines = proxy_app::refusal_lines(outcome, options_.proxy.port_offset);
    if (lines != told_) {
      for (const std::string& line : lines) console_.say({LogLevel::Error, line, {}, {}});
      told_ = std::move(lines);
    }
    refused_by_proxy_ = !outcome.errors.empty();
    milestones_.adopted();
  }

  const RunOptions& options_;
  const LogFormat format_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<Log> log_;
  identity::GrpcLines grpc_lines_{*log_};
  process::Console console_;
  process::Milestones milestones_;
  process::StopSignals signals_;
  std::atomic<bool> draining_{false};
  std::vector<std::string> told_;  // the control thread's alone
  std::atomic<bool> refused_by_proxy_{false};
  controller_app::ControllerServer controller_;
  proxy_app::ProxyServer proxy_;
  admin::AdminServer admin_;
};

}  // namespace

int run(const RunOptions& options) {
  process::keep_stop_signals();
  return OneProcess(options).serve();
}

}  // namespace postern::run
