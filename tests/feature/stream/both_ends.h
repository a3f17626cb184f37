// A controller's end and a proxy's end of the stream, made and ended by tests.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "common/base/log.h"
#include "controller/publish/peer_identity.h"
#include "controller/publish/push_server.h"
#include "proxy/control/subscriber.h"
#include "tests/feature/stream/noting_adopter.h"

namespace postern::test {

inline config::Resource mk_server(const std::string& name,
                                  const std::string& content = "mail.example.org") {
  config::Server server;
  server.server_name = content;
  return {name, {}, {{"MailServer", "mail", name, "uid-" + name, 3}}, server};
}

// Reports as they come; waiting has a generous end, so that a failure is a failure and no hang.
class Reports {
 public:
  publish::ReportSink sink() {
    return [this](const publish::ApplyReport& report) {
      const std::lock_guard lock(mutex_);
      reports_.push_back(report);
      changed_.notify_all();
    };
  }
  template <class Wanted>
  std::optional<publish::ApplyReport> wait_for(Wanted wanted) {
    std::unique_lock lock(mutex_);
    std::optional<publish::ApplyReport> found;
    changed_.wait_for(lock, std::chrono::seconds(30), [&] {
      for (const publish::ApplyReport& report : reports_) {
        if (!found && wanted(report)) found = report;
      }
      return found.has_value();
    });
    return found;
  }
  std::optional<publish::ApplyReport> of_version(const std::string& version) {
    return wait_for([&](const publish::ApplyReport& r) { return r.version == version; });
  }
  std::optional<publish::ApplyReport> in_state(publish::ApplyReport::State state) {
    return wait_for([&](const publish::ApplyReport& r) { return r.state == state; });
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    reports_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<publish::ApplyReport> reports_;
};

class ControllerEnd {
 public:
  // Without an address only an in-process channel reaches it.
  explicit ControllerEnd(Reports& reports, const std::string& address = {},
                         publish::PushServerSettings settings = usual())
      : log_(make_null_log()),
        identity_("mail"),
        push_(std::move(settings), identity_, reports.sink(), *log_) {
    grpc::ServerBuilder builder;
    publish::set_stream_limits(builder);
    if (!address.empty()) builder.AddListeningPort(address, grpc::InsecureServerCredentials());
    builder.RegisterService(&push_.service());
    server_ = builder.BuildAndStart();
  }
  ~ControllerEnd() {
    push_.stop();
    server_->Shutdown();
  }
  static publish::PushServerSettings usual() { return {"controller-1", "mail"}; }

  publish::PushServer& push() { return push_; }
  std::shared_ptr<grpc::Channel> channel() {
    grpc::ChannelArguments arguments;
    control::set_stream_limits(arguments);
    return server_->InProcessChannel(arguments);
  }

 private:
  std::unique_ptr<Log> log_;
  publish::InProcessIdentity identity_;
  publish::PushServer push_;
  std::unique_ptr<grpc::Server> server_;
};

class ProxyEnd {
 public:
  explicit ProxyEnd(std::shared_ptr<grpc::Channel> channel,
                    control::SubscriberSettings settings = usual())
      : log_(make_null_log()),
        subscriber_(std::move(settings), std::move(channel), thread_, adopter, *log_) {
    subscriber_.start();
  }
  static control::SubscriberSettings usual() {
    control::SubscriberSettings settings;
    settings.proxy_name = "proxy-1";
    settings.ingress_class = "mail";
    settings.instance_id = "1";
    settings.backoff = {Duration(1), Duration(20)};
    return settings;
  }
  control::Subscriber& subscriber() { return subscriber_; }

  NotingAdopter adopter;

 private:
  std::unique_ptr<Log> log_;
  control::ControlThread thread_;
  control::Subscriber subscriber_;
};

}  // namespace postern::test
