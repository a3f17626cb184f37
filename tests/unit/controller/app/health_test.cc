// Health pages of a controller, as its admin server answers them.
#include "controller/app/server.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "common/admin/page.h"
#include "common/identity/pair.h"
#include "tests/support/manual_clock.h"
#include "tests/support/stream_certificates.h"

namespace postern::controller_app {
namespace {

using namespace std::chrono_literals;

class ControllerHealth : public testing::Test {
 protected:
  ControllerHealth() {
    std::filesystem::create_directories(folder_ / "manifests");
    authority_
        .issue({identity::Role::Controller, "postern"}, test::around(clock_.wall(), 3'600, 864'000))
        .write_to(folder_ / "certs");
  }
  void write_manifest() const {
    std::ofstream(folder_ / "manifests/mail.yaml")
        << "apiVersion: postern.dev/v1alpha1\n"
           "kind: MailServer\n"
           "metadata: {name: mail}\n"
           "spec:\n"
           "  hostnames: [mail.example.org]\n"
           "  protocols: {imap: {listeners: [{port: 143, tls: Disabled, plaintext: Allow}]}}\n"
           "  backends: [{name: mailbox, addresses: [{name: a, address: 127.0.0.11}]}]\n";
  }
  ControllerServer& make(bool with_door) {
    ControllerSettings settings;
    settings.directory = folder_ / "manifests";
    if (with_door)
      settings.door = StreamDoor{{IpAddress::v4({127, 0, 0, 1}), 0}, folder_ / "certs"};
    controller_ = std::make_unique<ControllerServer>(std::move(settings),
                                                     Surroundings{*log_, metrics_, clock_},
                                                     [](const status::StatusLine&) {});
    return *controller_;
  }
  // As the program answers it.
  [[nodiscard]] unsigned status_of(std::string_view page) const {
    const admin::Pages pages{.live = [this] { return controller_->live(); },
                             .ready = [this] { return controller_->ready(); },
                             .metrics = {},
                             .config = {},
                             .started = [this] { return controller_->started(); }};
    return admin::page_for("GET", page, pages).status;
  }

  test::ManualClock clock_;
  Metrics metrics_;
  std::unique_ptr<Log> log_ = make_null_log();
  test::TemporaryFolder folder_;
  test::StreamAuthority authority_{test::around(clock_.wall(), 3'600, 864'000), "postern"};
  std::unique_ptr<ControllerServer> controller_;
};

TEST_F(ControllerHealth, is_ready_from_the_opening_of_the_door_to_its_end) {
  write_manifest();
  ControllerServer& controller = make(true);
  EXPECT_EQ(status_of("/startupz"), 503U);
  EXPECT_EQ(status_of("/readyz"), 503U);
  ASSERT_EQ(controller.load().source_failure, "");
  EXPECT_EQ(status_of("/startupz"), 200U);
  EXPECT_EQ(status_of("/readyz"), 503U) << "no proxy can get it yet";
  const auto door = controller.start();
  ASSERT_TRUE(door) << door.error();
  EXPECT_EQ(status_of("/readyz"), 200U);
  controller.stop();
  EXPECT_EQ(status_of("/readyz"), 503U);
}

TEST_F(ControllerHealth, is_not_ready_before_the_source_was_read_though_proxies_could_ask) {
  ControllerServer& controller = make(false);  // in one process with its proxy: open at once
  EXPECT_NE(controller.load().source_failure, "") << "there is no manifest";
  EXPECT_EQ(status_of("/startupz"), 503U);
  EXPECT_EQ(status_of("/readyz"), 503U);
  EXPECT_EQ(status_of("/livez"), 200U) << "a restart would not help";
  write_manifest();
  ASSERT_EQ(controller.load().source_failure, "");
  EXPECT_EQ(status_of("/startupz"), 200U);
  EXPECT_EQ(status_of("/readyz"), 200U);
}

TEST_F(ControllerHealth, is_not_live_when_the_loop_has_not_turned_for_thirty_seconds) {
  write_manifest();
  ControllerServer& controller = make(false);
  clock_.pass(3600s);
  EXPECT_EQ(status_of("/livez"), 200U) << "it has yet to read, however long that takes";
  ASSERT_EQ(controller.load().source_failure, "");
  clock_.pass(29s);
  EXPECT_EQ(status_of("/livez"), 200U);
  clock_.pass(1s);
  EXPECT_EQ(status_of("/livez"), 503U);
  (void)controller.load();  // a turn
  EXPECT_EQ(status_of("/livez"), 200U);
}

}  // namespace
}  // namespace postern::controller_app
