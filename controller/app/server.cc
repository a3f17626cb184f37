#include "controller/app/server.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "common/base/digest.h"
#include "common/config/config_page.h"
#include "common/identity/credentials.h"
#include "common/identity/kept_certificates.h"
#include "controller/app/quiet_trim.h"
#include "controller/loop/control_loop.h"
#include "controller/publish/certificate_identity.h"
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

std::unique_ptr<publish::PeerIdentity> identity_for(const ControllerSettings& settings) {
  if (settings.door) return std::make_unique<publish::CertificateIdentity>();
  return std::make_unique<publish::InProcessIdentity>(settings.ingress_class);
}

status::Lesson lesson_of(loop::Round round) {
  return {.unreadable = std::move(round.problems),
          .verdicts = std::move(round.verdicts),
          .gone = std::move(round.gone),
          .published = std::move(round.published),
          .caused_at = round.caused_at};
}

}  // namespace

// In the order in which they come up; they go down the other way round.
struct ControllerServer::Parts {
  Parts(ControllerSettings with, Surroundings given, status::TellLine tell)
      : settings(std::move(with)),
        around(given),
        desk({around.clock, around.log, std::move(tell), settings.status_dir}),
        identity(identity_for(settings)),
        push(
            {.controller_id = fresh_id(),
             .ingress_class = settings.ingress_class,
             .metrics = &around.metrics},
            *identity, [this](const publish::ApplyReport& report) { hear(report); }, around.log),
        source(settings.directory),
        tickets(around.clock),
        loop({.source = source,
              .publisher = push,
              .clock = around.clock,
              .log = around.log,
              .metrics = around.metrics,
              .tell = [this](loop::Round round) { desk.learn(lesson_of(std::move(round))); },
              .tickets = &tickets},
             {.class_name = settings.ingress_class}) {
    if (!settings.door) open_in_process();
  }

  void hear(const publish::ApplyReport& report) {
    around.log.line(LogLevel::Debug, "proxy reported",
                    {{"proxy", report.proxy},
                     {field::kState, word_of(report.state)},
                     {field::kVersion, report.version}});
    desk.hear(report);
    trim.stir();
  }

  void open_in_process() {
    grpc::ServerBuilder builder;
    publish::set_stream_limits(builder);
    builder.RegisterService(&push.service());
    server = builder.BuildAndStart();
  }

  Result<SocketAddress, std::string> open_door() {
    const StreamDoor& door = *settings.door;
    auto kept = identity::KeptCertificates::open(
        {.directory = door.certs, .who = {identity::Role::Controller, settings.ingress_class}},
        {around.log, around.clock, around.metrics});
    if (!kept) return Fail<std::string>(kept.error());
    certificates = std::move(*kept);
    grpc::ServerBuilder builder;
    publish::set_stream_limits(builder);
    int port = 0;
    builder.AddListeningPort(door.address.text(), identity::server_credentials(*certificates),
                             &port);
    builder.RegisterService(&push.service());
    server = builder.BuildAndStart();
    if (!server || port == 0) {
      return Fail<std::string>(fmt::format(
          "{} could not be opened: is another program there? Choose another --stream-address",
          door.address.text()));
    }
    return SocketAddress{door.address.ip, static_cast<std::uint16_t>(port)};
  }

  const ControllerSettings settings;
  const Surroundings around;
  status::StatusDesk desk;
  QuietTrim trim;
  std::unique_ptr<publish::PeerIdentity> identity;
  publish::PushServer push;
  source::DirectorySource source;
  loop::MemoryTickets tickets;
  loop::ControlLoop loop;
  std::atomic<bool> loaded{false};
  std::unique_ptr<identity::KeptCertificates> certificates;
  std::unique_ptr<grpc::Server> server;
  std::thread following;
};

ControllerServer::ControllerServer(ControllerSettings settings, Surroundings around,
                                   status::TellLine tell)
    : parts_(std::make_unique<Parts>(std::move(settings), around, std::move(tell))) {}

ControllerServer::~ControllerServer() { stop(); }

loop::LoadReport ControllerServer::load() {
  loop::LoadReport report = parts_->loop.load();
  if (report.source_failure.empty()) parts_->loaded = true;
  parts_->trim.stir();
  return report;
}

Result<std::optional<SocketAddress>, std::string> ControllerServer::start() {
  std::optional<SocketAddress> address;
  if (parts_->settings.door) {
    auto opened = parts_->open_door();
    if (!opened) return Fail<std::string>(std::move(opened.error()));
    address = *opened;
  }
  parts_->following = std::thread([parts = parts_.get()] { parts->loop.run(); });
  return address;
}

std::shared_ptr<grpc::Channel> ControllerServer::in_process_channel() {
  return parts_->server->InProcessChannel({});
}

bool ControllerServer::ready() const { return parts_->loaded && parts_->server; }

std::string ControllerServer::config_text() const {
  return config::config_page(parts_->push.version(), parts_->push.wanted());
}

void ControllerServer::flush_lines() { parts_->desk.stop(); }

void ControllerServer::stop() {
  if (parts_->following.joinable()) {
    parts_->loop.stop();
    parts_->following.join();
  }
  // Before the streams end: that proxies go because this controller goes is no news about them.
  parts_->desk.stop();
  if (parts_->server) {
    parts_->push.stop();  // or Shutdown would wait for streams that never end
    parts_->server->Shutdown();
    parts_->server->Wait();
    parts_->server.reset();
  }
}

}  // namespace postern::controller_app
