#include "controller/app/server.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include <grpcpp/grpcpp.h>

#include "common/base/digest.h"
#include "controller/loop/control_loop.h"
#include "controller/publish/peer_identity.h"
#include "controller/publish/push_server.h"
#include "controller/source/directory_source.h"

namespace postern::controller_app {
namespace {

std::string fresh_id() {
  std::array<std::uint8_t, 8> octets{};
  random_octets(octets.data(), octets.size());
  return hex(octets);
}

std::string_view word_of(publish::ApplyReport::State state) {
  switch (state) {
    case publish::ApplyReport::State::Active: return "active";
    case publish::ApplyReport::State::PartiallyActive: return "partially_active";
    case publish::ApplyReport::State::Rejected: return "rejected";
    case publish::ApplyReport::State::Gone: return "gone";
  }
  return "unknown";
}

publish::ReportSink log_reports(Log& log) {
  return [&log](const publish::ApplyReport& report) {
    log.line(LogLevel::Debug, "proxy reported",
             {{field::kState, word_of(report.state)}, {field::kVersion, report.version}});
  };
}

}  // namespace

struct ControllerServer::Parts {
  Parts(ControllerSettings settings, Log& log, const Clock& clock)
      : identity(settings.ingress_class),
        push({.controller_id = fresh_id(), .ingress_class = settings.ingress_class}, identity,
             log_reports(log), log),
        source(std::move(settings.directory)),
        loop({source, push, clock, log}, std::move(settings.ingress_class)) {
    grpc::ServerBuilder builder;
    publish::set_stream_limits(builder);
    builder.RegisterService(&push.service());
    server = builder.BuildAndStart();
  }

  publish::InProcessIdentity identity;
  publish::PushServer push;
  source::DirectorySource source;
  loop::ControlLoop loop;
  std::unique_ptr<grpc::Server> server;
};

ControllerServer::ControllerServer(ControllerSettings settings, Log& log, const Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(settings), log, clock)) {}

ControllerServer::~ControllerServer() { stop(); }

loop::LoadReport ControllerServer::load() { return parts_->loop.load_all(); }

std::shared_ptr<grpc::Channel> ControllerServer::in_process_channel() {
  return parts_->server->InProcessChannel({});
}

void ControllerServer::stop() {
  if (!parts_->server) return;
  parts_->push.stop();  // or Shutdown would wait for streams that never end
  parts_->server->Shutdown();
  parts_->server->Wait();
  parts_->server.reset();
}

}  // namespace postern::controller_app
