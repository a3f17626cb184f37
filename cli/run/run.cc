#include "cli/run/run.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/run/console.h"
#include "cli/run/lines.h"
#include "cli/run/milestones.h"
#include "cli/run/outcome_lines.h"
#include "cli/run/stop_signals.h"
#include "common/admin/admin_server.h"
#include "common/base/secret_arena.h"
#include "common/base/version.h"

namespace postern::run {
namespace {

// Members in the order in which they come up; they go down the other way round.
class OneProcess {
 public:
  explicit OneProcess(const RunOptions& options)
      : options_(options),
        log_(make_log(*options.proxy.log_format, options.proxy.log_level)),
        console_(*options.proxy.log_format, *log_),
        signals_([this] { milestones_.stop_wished(); }),
        controller_({options.directory, options.proxy.ingress_class}, *log_, clock_),
        proxy_(proxy_settings(options), controller_.in_process_channel(), *log_, metrics_, clock_),
        admin_(admin_pages()) {}

  int serve() {
    lock_secrets();
    load_ = controller_.load();
    tell_problems();
    if (!worth_starting()) return kNotServed;
    const auto admin = open_admin();
    if (!admin) return kNotServed;
    const int code = serve_clients(*admin);
    admin_.stop();
    proxy_.stop();
    controller_.stop();
    return code;
  }

 private:
  static proxy_app::ProxySettings proxy_settings(const RunOptions& options) {
    const proxy_app::ProxyOptions& proxy = options.proxy;
    return {.workers = proxy.workers,
            .listen_addresses = proxy.listen_addresses,
            .port_offset = proxy.port_offset,
            .ingress_class = proxy.ingress_class,
            .proxy_name = "postern-run"};
  }

  admin::Pages admin_pages() {
    return {.live = nullptr,
            .ready = [this] { return proxy_.ready() && !draining_; },
            .metrics = [this] { return metrics_text(); },
            .config = [this] { return proxy_.config_text(); }};
  }

  std::string metrics_text() {
    Counter& dropped = metrics_.counter("postern_log_dropped_total",
                                        "Log lines dropped because nobody read stderr.");
    dropped.add(log_->dropped() - dropped.value());
    return metrics_.text();
  }

  void lock_secrets() {
#ifndef POSTERN_SANITIZED
    if (secret_arena::lock()) return;
    log_->line(LogLevel::Warning,
               "memory of secrets could not be locked: swap may see them; raise RLIMIT_MEMLOCK",
               {});
#endif
  }

  void tell_problems() {
    for (const loop::Complaint& complaint : load_.complaints) {
      console_.say({complaint.refused ? LogLevel::Error : LogLevel::Warning, complaint.text,
                    complaint.object, complaint.reason});
    }
  }

  bool worth_starting() {
    if (!load_.source_failure.empty()) {
      say(LogLevel::Error, "not started: " + load_.source_failure);
      return false;
    }
    if (options_.strict && load_.has_refusals()) {
      say(LogLevel::Error, "not started: --strict, and the manifests have problems");
      return false;
    }
    if (!load_.served.empty()) return true;
    for (const std::string& path : load_.not_served) {
      console_.say({LogLevel::Error, mail_server_line(path, {}), path, {}});
    }
    say(LogLevel::Error,
        fmt::format("not started: {} has no MailServer that can be served", options_.directory));
    return false;
  }

  std::unique_ptr<SocketAddress> open_admin() {
    const auto bound = admin_.start(options_.proxy.admin_address);
    if (bound) return std::make_unique<SocketAddress>(*bound);
    say(LogLevel::Error,
        fmt::format("not started: the admin address could not be opened: {}; choose another with "
                    "--admin-address, port 0 for any",
                    bound.error()));
    return nullptr;
  }

  int serve_clients(const SocketAddress& admin) {
    proxy_.on_outcome([this](const adopt::Outcome& outcome) { take(outcome); });
    proxy_.start();
    if (!milestones_.wait_until_adopted()) return kServed;
    const auto listeners = proxy_.listeners();
    if (listeners.empty()) {
      say(LogLevel::Error, "not started: no listener could be opened");
      return kNotServed;
    }
    if (options_.strict && refused_by_proxy_) {
      say(LogLevel::Error, "not started: --strict, and the proxy refused a part");
      return kNotServed;
    }
    tell_ready(listeners, admin);
    milestones_.wait_until_stop_wished();
    draining_ = true;
    log_->line(LogLevel::Info, "draining", {});
    proxy_.drain();
    return kServed;
  }

  // On the control thread. A retry that says the same again is not told again.
  void take(const adopt::Outcome& outcome) {
    const auto listeners = proxy_.listeners();
    std::string all;
    const auto lines = lines_of(load_, {outcome, listeners, options_.proxy.port_offset});
    for (const OutcomeLine& line : lines) all += line.text + '\n';
    if (std::exchange(told_, all) != all) {
      for (const OutcomeLine& line : lines) console_.say({line.level, line.text, line.object, {}});
    }
    refused_by_proxy_ = !outcome.errors.empty();
    milestones_.adopted();
  }

  void tell_ready(const std::vector<adopt::BoundListener>& listeners, const SocketAddress& admin) {
    std::vector<NamedAddress> addresses;
    for (const auto& bound : listeners) {
      addresses.push_back({service_name(bound.protocol, bound.tls), bound.address});
    }
    addresses.push_back({"admin", admin});
    console_.say_ready(ready_line(addresses));
    log_->line(LogLevel::Info, "serving", {{field::kVersion, version()}});
  }

  void say(LogLevel level, const std::string& text) { console_.say({level, text, {}, {}}); }

  const RunOptions& options_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<Log> log_;
  Console console_;
  Milestones milestones_;
  StopSignals signals_;
  loop::LoadReport load_;
  std::atomic<bool> draining_{false};
  std::string told_;               // the control thread's alone
  bool refused_by_proxy_ = false;  // written before adopted(), read after it
  controller_app::ControllerServer controller_;
  proxy_app::ProxyServer proxy_;
  admin::AdminServer admin_;
};

}  // namespace

int run(const RunOptions& options) {
  keep_stop_signals();
  return OneProcess(options).serve();
}

}  // namespace postern::run
