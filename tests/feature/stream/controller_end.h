// A controller's end of the stream, made and ended by tests, and what it reports.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "common/base/log.h"
#include "controller/publish/peer_identity.h"
#include "controller/publish/push_server.h"

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
  // Of this publication or a later one.
  std::optional<publish::ApplyReport> settled(publish::ApplyReport::State state,
                                              std::uint64_t sequence) {
    return wait_for(
        [=](const publish::ApplyReport& r) { return r.state == state && r.sequence >= sequence; });
  }
  std::optional<publish::ApplyReport> of_version(const std::string& version) {
    return wait_for([&](const publish::ApplyReport& r) { return r.version == version; });
  }
  std::optional<publish::ApplyReport> in_state(publish::ApplyReport::State state) {
    return wait_for([&](const publish::ApplyReport& r) { return r.state == state; });
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return reports_.size();
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
  static publish::PushServerSettings usual() {
    return {.controller_id = "controller-1", .ingress_class = "mail"};
  }
  publish::Published publish(const std::vector<config::Resource>& upserts,
                             std::vector<config::ResourceKey> removals = {}) {
    return push_.publish({{upserts.begin(), upserts.end()}, std::move(removals)});
  }

  publish::PushServer& push() { return push_; }
  std::shared_ptr<grpc::Channel> channel() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(8 << 20);  // as a proxy's
    return server_->InProcessChannel(arguments);
  }

 private:
  std::unique_ptr<Log> log_;
  publish::InProcessIdentity identity_;
  publish::PushServer push_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace postern::test
