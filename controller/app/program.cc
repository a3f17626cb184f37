#include "controller/app/program.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "common/admin/admin_server.h"
#include "common/base/version.h"
#include "common/identity/grpc_lines.h"
#include "common/process/console.h"
#include "common/process/milestones.h"
#include "common/process/standing.h"
#include "common/process/stop_signals.h"
#include "common/process/usage.h"
#include "controller/app/server.h"

namespace postern::controller_app {
namespace {

ControllerSettings settings_of(const ControllerOptions& options) {
  return {.directory = options.directory,
          .ingress_class = options.ingress_class,
          .status_dir = status_dir_of(options.directory, options.status_dir),
          .door = StreamDoor{options.stream_address, options.certs}};
}

// Members in the order in which they come up; they go down the other way round.
class Program {
 public:
  explicit Program(const ControllerOptions& options)
      : options_(options),
        format_(process::format_of(options.log)),
        log_(make_log(format_, options.log.level, kLinesOfChanges)),
        console_(format_, *log_),
        signals_([this] { milestones_.stop_wished(); }),
        controller_(settings_of(options), {*log_, metrics_, clock_},
                    [this](const status::StatusLine& line) {
                      console_.say({line.level, line.text, line.object, line.reason});
                    }),
        admin_({.live = nullptr,
                .ready = [this] { return controller_.ready(); },
                .metrics = [this] { return process::metrics_text(metrics_, *log_); },
                .config = [this] { return controller_.config_text(); }}) {}

  int serve() {
    process::lock_secrets(*log_);
    const loop::LoadReport load = controller_.load();
    if (!load.source_failure.empty()) return end("not started: " + load.source_failure);
    auto door = controller_.start();
    if (!door) return end("not started: " + door.error());
    auto admin = admin_.start(options_.admin_address);
    if (!admin) return end(process::admin_refused(admin.error()));
    console_.say_ready(process::ready_line({{"stream", **door}, {"admin", *admin}}));
    log_->line(LogLevel::Info, "serving", {{field::kVersion, version()}});
    milestones_.wait_until_stop_wished();
    admin_.stop();
    controller_.stop();
    return process::kExitDone;
  }

 private:
  int end(const std::string& why) {
    controller_.stop();
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
  ControllerServer controller_;
  admin::AdminServer admin_;
};

}  // namespace

std::optional<std::string> what_is_missing(const ControllerOptions& options) {
  if (options.directory.empty()) return "the source is missing: --source directory:DIR";
  if (options.certs.empty()) {
    return "the certificates are missing: --certs DIR (postern certgen DIR makes them)";
  }
  return std::nullopt;
}

int serve(const ControllerOptions& options) {
  process::keep_stop_signals();
  return Program(options).serve();
}

}  // namespace postern::controller_app
