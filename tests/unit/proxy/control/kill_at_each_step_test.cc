// A process that is killed at any step of a change: the next start has the configuration of before
// or the new one, whole, and all of it comes into force.
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include "proxy/adopt/adoption.h"
#include "proxy/control/last_good_writer.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/proxy/adopt/fake_lanes.h"
#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::control {
namespace {

using adopt::ChangeStep;
using adopt::LastKnownGood;
using adopt::Update;
using adopt::test::listener_of;
using adopt::test::resource;
using adopt::test::server_with;
using config::ResourceKey;
using config::ResourceType;

// What a process of the proxy has to do with its configuration, with workers that take everything.
class Process {
 public:
  explicit Process(const std::string& folder) {
    auto file = LastKnownGood::open({folder, LastKnownGood::Medium::Memory, {}}, *log_);
    if (!file) return;
    auto restored = (*file)->restore();
    writer_ = std::make_unique<LastGoodWriter>(std::move(*file), *log_, stream_metrics_,
                                               KeepingPace{Duration(0), Duration(0), Duration(0)});
    if (restored) bring_back(*restored);
  }
  void killed_at(ChangeStep step) { killed_at_ = step; }

  void serve(Update update) {
    apply(std::move(update), [this](ConfigChange change) { writer_->note(std::move(change)); });
  }
  void end_well() { writer_->stop(); }

  [[nodiscard]] std::map<ResourceKey, std::string> in_force() const {
    std::map<ResourceKey, std::string> out;
    for (const adopt::HeldResource& held : adoption_.held()) out[held.key] = held.version;
    return out;
  }
  [[nodiscard]] std::size_t refused() const { return refused_; }

 private:
  void bring_back(const adopt::Restored& restored) {
    Update update{restored.config.version, {}, {}, true};
    for (const auto& one : restored.config.resources) update.upserts.push_back(*one);
    apply(std::move(update), [&](ConfigChange change) {
      writer_->begin(std::move(change), restored.from, restored.is_proven);
    });
  }
  void apply(Update update, const std::function<void(ConfigChange)>& keep) {
    std::vector<ResourceKey> named = update.removals;
    for (const config::Resource& one : update.upserts) named.push_back(one.key());
    adoption_.apply(std::move(update), [&](const adopt::Outcome& outcome) {
      refused_ += outcome.errors.size();
      ConfigChange change{adoption_.version(), {}, {}};
      for (const ResourceKey& key : named) change.put(key, adoption_.resource(key));
      keep(std::move(change));
    });
    for (int i = 0; i < 6; ++i) {
      tasks_.run();
      for (adopt::test::FakeWorker& worker : workers_) worker.take_all();
    }
  }
  void at(ChangeStep step) const {
    if (step == killed_at_) ::kill(::getpid(), SIGKILL);
  }

  std::unique_ptr<Log> log_ = make_null_log();
  Metrics metrics_;
  StreamMetrics stream_metrics_{&metrics_};
  test::ManualClock clock_;
  adopt::test::Tasks tasks_{clock_};
  adopt::test::FakeWorker workers_[2];
  std::optional<ChangeStep> killed_at_;
  std::size_t refused_ = 0;
  std::unique_ptr<LastGoodWriter> writer_;
  adopt::Adoption adoption_{
      // Port 1 and this are a port that is free.
      adopt::Binding{{IpAddress::v4({127, 0, 0, 1})},
                     static_cast<std::uint16_t>(adopt::test::free_port() - 1)},
      {workers_[0].hand(), workers_[1].hand()},
      {*log_, metrics_, clock_,
       [this](Duration after, std::function<void()> task) { tasks_.post(after, std::move(task)); },
       [this](ChangeStep step) { at(step); }}};
};

Update before() {
  return {"old",
          {adopt::test::secret("ns/k", "1", adopt::test::good_pair("a.example")),
           resource("a", "1", server_with("ns/k")), resource("c", "1", server_with("ns/k")),
           resource("1", "1", listener_of({"a", "c"}, 1))},
          {},
          false};
}
Update after() {
  return {"new",
          {resource("a", "2", server_with("ns/k")), resource("b", "1", server_with("ns/k")),
           resource("1", "2", listener_of({"a", "b"}, 1))},
          {{ResourceType::Server, "c"}},
          false};
}

const std::map<ResourceKey, std::string> kOld{{{ResourceType::Secret, "ns/k"}, "1"},
                                              {{ResourceType::Server, "a"}, "1"},
                                              {{ResourceType::Server, "c"}, "1"},
                                              {{ResourceType::Listener, "1"}, "1"}};
const std::map<ResourceKey, std::string> kNew{{{ResourceType::Secret, "ns/k"}, "1"},
                                              {{ResourceType::Server, "a"}, "2"},
                                              {{ResourceType::Server, "b"}, "1"},
                                              {{ResourceType::Listener, "1"}, "2"}};

class KillAtEachStep : public testing::TestWithParam<ChangeStep> {
 protected:
  void live_well(const Update& update) const {
    Process process(folder_ / "state");
    process.serve(update);
    process.end_well();
  }
  void die_at(ChangeStep step) const {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Process process(folder_ / "state");
      process.killed_at(step);
      process.serve(after());
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the step was not reached";
  }

  test::TemporaryFolder folder_;
};

TEST_P(KillAtEachStep, starts_with_the_old_or_the_new_configuration_and_never_a_mix) {
  live_well(before());
  die_at(GetParam());
  const Process next(folder_ / "state");
  EXPECT_EQ(next.refused(), 0U);
  // Until every worker has it, nothing of it is kept; then it may have been in time.
  if (GetParam() < ChangeStep::Active) {
    EXPECT_EQ(next.in_force(), kOld);
  } else {
    EXPECT_TRUE(next.in_force() == kOld || next.in_force() == kNew);
  }
}

TEST_P(KillAtEachStep, can_be_told_the_change_again) {
  live_well(before());
  die_at(GetParam());
  live_well(after());
  EXPECT_EQ(Process(folder_ / "state").in_force(), kNew);
}

INSTANTIATE_TEST_SUITE_P(Steps, KillAtEachStep, testing::ValuesIn(adopt::kChangeSteps));

}  // namespace
}  // namespace postern::control
