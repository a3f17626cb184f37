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
#include "controller/app/cluster.h"
#include "controller/app/debug_pages.h"
#include "controller/app/quiet_trim.h"
#include "controller/loop/control_loop.h"
#include "controller/publish/certificate_identity.h"
#include "controller/publish/peer_identity.h"
#include "controller/publish/push_server.h"
#include "controller/source/directory_source.h"
#include "controller/status/status_files.h"

namespace postern::controller_app {
namespace {

// A loop that has not turned for so long will not turn again.
constexpr Duration kStuck{30'000};

// How long a question waits for the loop.
constexpr Duration kAnswer{2'000};

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
  std::optional<status::ServedClass> mail_class;
  if (round.mail_class) {
    mail_class = status::ServedClass{round.mail_class->name, round.mail_class->uid,
                                     round.mail_class->generation, round.mail_class->ingress_class};
  }
  return {.unreadable = std::move(round.problems),
          .verdicts = std::move(round.verdicts),
          .gone = std::move(round.gone),
          .published = std::move(round.published),
          .caused_at = round.caused_at,
          .mail_class = std::move(mail_class)};
}

std::unique_ptr<source::DirectorySource> directory_of(const ControllerSettings& settings) {
  if (settings.cluster != nullptr) return nullptr;
  return std::make_unique<source::DirectorySource>(settings.directory);
}

}  // namespace

// In the order in which they come up; they go down the other way round.
struct ControllerServer::Parts {
  Parts(ControllerSettings with, Surroundings given, status::TellLine tell)
      : settings(std::move(with)),
        around(given),
        files(settings.status_dir, around.log),
        desk({around.clock, std::move(tell), outlet(), &around.metrics}),
        identity(identity_for(settings)),
        push(
            {.controller_id = fresh_id(),
             .ingress_class = settings.ingress_class,
             .metrics = &around.metrics},
            *identity, [this](const publish::ApplyReport& report) { hear(report); }, around.log),
        directory(directory_of(settings)),
        tickets(around.clock),
        loop({.source = source(),
              .publisher = push,
              .clock = around.clock,
              .log = around.log,
              .metrics = around.metrics,
              .tell = [this](loop::Round round) { desk.learn(lesson_of(std::move(round))); },
              .tickets = &tickets},
             loop_terms()) {
    if (!settings.door) open_in_process();
  }

  [[nodiscard]] status::Outlet* outlet() {
    if (settings.cluster != nullptr) return &settings.cluster->outlet();
    return settings.status_dir.empty() ? nullptr : &files;
  }

  [[nodiscard]] source::ObjectSource& source() {
    if (settings.cluster != nullptr) return settings.cluster->source();
    return *directory;
  }

  [[nodiscard]] loop::LoopTerms loop_terms() const {
    loop::LoopTerms out{.class_name = settings.ingress_class};
    if (settings.cluster == nullptr) return out;
    out.api_servers = settings.cluster->api_servers();
    out.reads_class = settings.cluster->reads_class();
    return out;
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
    serves = server != nullptr;
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
    serves = true;
    return SocketAddress{door.address.ip, static_cast<std::uint16_t>(port)};
  }

  const ControllerSettings settings;
  const Surroundings around;
  status::StatusFiles files;
  status::StatusDesk desk;
  QuietTrim trim;
  std::unique_ptr<publish::PeerIdentity> identity;
  publish::PushServer push;
  std::unique_ptr<source::DirectorySource> directory;  // null: from a cluster
  loop::MemoryTickets tickets;
  loop::ControlLoop loop;
  // Asked by the health page, from its own thread.
  std::atomic<bool> loaded{false};
  std::atomic<bool> serves{false};
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
  if (parts_->settings.cluster != nullptr) parts_->settings.cluster->speak(parts_->desk);
  parts_->following = std::thread([parts = parts_.get()] { parts->loop.run(); });
  return address;
}

std::shared_ptr<grpc::Channel> ControllerServer::in_process_channel() {
  return parts_->server->InProcessChannel({});
}

bool ControllerServer::live() const {
  return !parts_->loaded || parts_->around.clock.now() - parts_->loop.turned() < kStuck;
}

bool ControllerServer::started() const { return parts_->loaded; }

bool ControllerServer::ready() const { return parts_->loaded && parts_->serves; }

std::string ControllerServer::config_text() const {
  return config::config_page(parts_->push.version(), parts_->push.wanted());
}

std::optional<std::string> ControllerServer::debug_text(std::string_view page,
                                                        std::string_view query) const {
  const std::string busy = "the controller is at work; ask again\n";
  if (page == "config") return config_text();
  if (page == "proxies") return proxies_page(parts_->push.reports());
  if (page == "store") return parts_->loop.ask(store_page, kAnswer).value_or(busy);
  if (page != "why") return std::nullopt;
  const auto key = object_in(query);
  if (!key) return "write ?object=KIND/NAMESPACE/NAME\n";
  auto known = parts_->loop.ask(
      [key = *key](const world::World& world) { return why_of_world(world, key); }, kAnswer);
  if (!known) return busy;
  return *known + why_of_proxies(*key, parts_->push.wanted(), parts_->push.reports());
}

void ControllerServer::flush_lines() { parts_->desk.stop(); }

void ControllerServer::stop() {
  if (parts_->following.joinable()) {
    parts_->loop.stop();
    parts_->following.join();
  }
  // Before the streams end: that proxies go because this controller goes is no news about them.
  parts_->desk.stop();
  if (parts_->settings.cluster != nullptr) parts_->settings.cluster->stop();
  if (parts_->server) {
    parts_->serves = false;
    parts_->push.stop();  // or Shutdown would wait for streams that never end
    parts_->server->Shutdown();
    parts_->server->Wait();
    parts_->server.reset();
  }
}

}  // namespace postern::controller_app
