#include "controller/app/program.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/admin/admin_server.h"
#include "common/base/version.h"
#include "common/identity/grpc_lines.h"
#include "common/process/console.h"
#include "common/process/milestones.h"
#include "common/process/own_metrics.h"
#include "common/process/standing.h"
#include "common/process/stop_signals.h"
#include "common/process/usage.h"
#include "controller/app/cluster.h"
#include "controller/app/server.h"

namespace postern::controller_app {
namespace {

ControllerSettings settings_of(const ControllerOptions& options, Cluster* cluster) {
  return {.directory = options.directory,
          .cluster = cluster,
          .ingress_class = options.ingress_class,
          .status_dir = status_dir_of(options.directory, options.status_dir),
          .door = StreamDoor{options.stream_address, options.certs}};
}

ClusterSettings cluster_settings(const ControllerOptions& options) {
  const ClusterOptions& of = options.cluster;
  return {.kubeconfig = of.kubeconfig,
          .context = of.context,
          .namespaces = of.namespaces,
          .own_namespace = of.lease_namespace,
          .cluster_objects = of.cluster_objects,
          .leader_election = of.leader_election,
          .ingress_class = options.ingress_class};
}

// Members in the order in which they come up; they go down the other way round.
class Program {
 public:
  explicit Program(const ControllerOptions& options)
      : options_(options),
        format_(process::format_of(options.log)),
        log_(make_log(format_, options.log.level, kLinesOfChanges)),
        console_(format_, *log_),
        signals_([this] { milestones_.stop_wished(); }) {}

  int serve() {
    process::lock_secrets(*log_);
    process::count_process(metrics_);
    if (auto why = find_source()) return end("not started: " + *why);
    controller_ = std::make_unique<ControllerServer>(
        settings_of(options_, cluster_.get()), Surroundings{*log_, metrics_, clock_},
        [this](const status::StatusLine& line) {
          console_.say({line.level, line.text, line.object, line.reason});
        });
    admin_ = std::make_unique<admin::AdminServer>(pages());
    // Before anything is read: that an API server is away is no reason for a restart.
    const auto admin = admin_->start(options_.admin_address);
    if (!admin) return end(process::admin_refused(admin.error()));
    const auto failure = load();
    if (!failure) return close();
    if (!failure->empty()) return end("not started: " + *failure);
    auto door = controller_->start();
    if (!door) return end("not started: " + door.error());
    console_.say_ready(process::ready_line({{"stream", **door}, {"admin", *admin}}));
    log_->line(LogLevel::Info, "serving", {{field::kVersion, version()}});
    milestones_.wait_until_stop_wished();
    return close();
  }

 private:
  // Why there is none.
  std::optional<std::string> find_source() {
    if (!options_.directory.empty()) return std::nullopt;
    auto opened = Cluster::open(cluster_settings(options_), {*log_, metrics_, clock_});
    if (!opened) return opened.error();
    cluster_ = std::move(*opened);
    cluster_->start();
    return std::nullopt;
  }

  admin::Pages pages() {
    return {
        .live = [this] { return controller_->live(); },
        .ready = [this] { return controller_->ready(); },
        .metrics = [this] { return process::metrics_text(metrics_, *log_); },
        .config = [this] { return controller_->config_text(); },
        .started = [this] { return controller_->started(); },
        .debug = [this](std::string_view page,
                        std::string_view query) { return controller_->debug_text(page, query); },
        .log_level = [this](std::string_view wanted) { return process::log_level(*log_, wanted); }};
  }

  // What failed; empty: nothing. Nothing at all: the wish to stop came first. An API server is
  // waited for, however long it is away.
  std::optional<std::string> load() {
    while (!milestones_.stop_is_wished()) {
      const loop::LoadReport report = controller_->load();
      if (report.source_failure.empty() || !cluster_) return report.source_failure;
    }
    return std::nullopt;
  }

  int close() {
    admin_->stop();
    controller_->stop();
    return process::kExitDone;
  }

  int end(const std::string& why) {
    if (admin_) admin_->stop();
    if (controller_) controller_->stop();
    console_.say({LogLevel::Error, why, {}, {}});
    return process::kExitProblems;
  }

  const ControllerOptions& options_;
  const LogFormat format_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<Log> log_;
  identity::GrpcLines grpc_lines_{*log_};
  process::Console console_;
  process::Milestones milestones_;
  process::StopSignals signals_;
  std::unique_ptr<Cluster> cluster_;  // null: a directory
  std::unique_ptr<ControllerServer> controller_;
  std::unique_ptr<admin::AdminServer> admin_;
};

}  // namespace

std::optional<std::string> what_is_missing(const ControllerOptions& options) {
  if (options.certs.empty()) {
    return "the certificates are missing: --certs DIR (postern certgen DIR makes them)";
  }
  // In all namespaces there are many people, whom nothing but a class binds.
  if (!options.cluster.cluster_objects && options.cluster.namespaces.empty()) {
    return "--cluster-objects off needs --namespaces: without a class nothing binds the others";
  }
  return std::nullopt;
}

int serve(const ControllerOptions& options) {
  process::keep_stop_signals();
  return Program(options).serve();
}

}  // namespace postern::controller_app
