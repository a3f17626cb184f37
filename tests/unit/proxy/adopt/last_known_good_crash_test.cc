// A process that ends at any step of writing leaves the old or the new configuration, whole.
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/wire/snapshot_codec.h"
#include "proxy/adopt/last_known_good.h"
#include "tests/support/random_resources.h"
#include "tests/support/temporary_folder.h"

namespace postern::adopt {
namespace {

using Medium = LastKnownGood::Medium;
using Work = std::function<void(LastKnownGood&)>;

SavedConfig mk_full_config(const std::string& version) {
  config::Resource resource =
      postern::test::RandomResources(1).resource(config::ResourceType::Server);
  resource.version = wire::version_of(resource);
  return {version, {}, {std::make_shared<const config::Resource>(std::move(resource))}};
}

class Crash {
 public:
  // `before` is done by a process that ends well, `work` by one that ends at each of its steps.
  Crash(Work before, Work work) : before_(std::move(before)), work_(std::move(work)) {}

  [[nodiscard]] std::vector<std::string> steps() const {
    const postern::test::TemporaryFolder folder;
    std::vector<std::string> steps;
    run(folder, before_, {});
    run(folder, work_, [&](std::string_view step) { steps.emplace_back(step); });
    return steps;
  }

  // What a start finds after an end at the step with this number, and after a second start.
  std::vector<std::string> starts_after(std::size_t number) const {
    const postern::test::TemporaryFolder folder;
    run(folder, before_, {});
    end_at(folder, number);
    expect_whole(folder.path() / "current");
    expect_whole(folder.path() / "previous");
    std::vector<std::string> found;
    for (int start = 0; start < 2; ++start) {
      run(folder,
          [&](LastKnownGood& file) {
            const auto restored = file.restore();
            found.push_back(restored ? restored->config.version : "nothing");
            if (restored) {
              EXPECT_EQ(restored->config.resources.size(), 1U);
            }
          },
          {});
    }
    return found;
  }

 private:
  static void run(const postern::test::TemporaryFolder& folder, const Work& work,
                  LastKnownGood::Reached reached) {
    const auto log = make_null_log();
    auto file = LastKnownGood::open({folder.path(), Medium::Disk, std::move(reached)}, *log);
    ASSERT_TRUE(file) << file.error();
    work(**file);
  }

  void end_at(const postern::test::TemporaryFolder& folder, std::size_t number) const {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      std::size_t step = 0;
      run(folder, work_, [&](std::string_view) {
        if (step++ == number) ::_exit(7);
      });
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << "the step was not reached";
  }

  static void expect_whole(const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) return;
    std::ifstream in(path, std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(read_saved(octets)) << path;
  }

  Work before_;
  Work work_;
};

Work save(const std::string& version) {
  return [version](LastKnownGood& file) {
    static_cast<void>(file.restore());
    ASSERT_TRUE(file.save(mk_full_config(version)));
  };
}
Work save_proven(const std::string& version) {
  return [version](LastKnownGood& file) {
    ASSERT_TRUE(file.save(mk_full_config(version)));
    ASSERT_TRUE(file.prove());
  };
}

using Starts = std::vector<std::string>;

TEST(LastKnownGoodCrash, has_a_step_for_each_thing_that_is_done_to_the_disk) {
  const Crash crash(save_proven("old"), save("new"));
  EXPECT_EQ(crash.steps(), (Starts{"next created", "next half written", "next written",
                                   "next on disk", "current has two names", "previous renamed",
                                   "next renamed", "folder on disk"}));
}

TEST(LastKnownGoodCrash, at_any_step_over_a_proven_one_starts_with_that) {
  const Crash crash(save_proven("old"), save("new"));
  const std::size_t steps = crash.steps().size();
  for (std::size_t i = 0; i < steps; ++i) {
    EXPECT_EQ(crash.starts_after(i), (Starts{"old", "old"})) << crash.steps()[i];
  }
}

TEST(LastKnownGoodCrash, at_any_step_over_an_unproven_one_starts_once_with_either) {
  const Crash crash([](LastKnownGood& file) { ASSERT_TRUE(file.save(mk_full_config("old"))); },
                    [](LastKnownGood& file) { ASSERT_TRUE(file.save(mk_full_config("new"))); });
  const std::vector<std::string> steps = crash.steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool renamed = steps[i] == "next renamed" || steps[i] == "folder on disk";
    EXPECT_EQ(crash.starts_after(i), (Starts{renamed ? "new" : "old", "nothing"})) << steps[i];
  }
}

TEST(LastKnownGoodCrash, at_any_step_of_the_first_one_starts_with_it_or_nothing) {
  const Crash crash([](LastKnownGood&) {}, save("first"));
  const std::vector<std::string> steps = crash.steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool renamed = steps[i] == "next renamed" || steps[i] == "folder on disk";
    EXPECT_EQ(crash.starts_after(i), (Starts{renamed ? "first" : "nothing", "nothing"}))
        << steps[i];
  }
}

TEST(LastKnownGoodCrash, while_it_is_proven_leaves_it_proven_or_not) {
  const Crash crash(
      [](LastKnownGood& file) {
        save_proven("old")(file);
        ASSERT_TRUE(file.save(mk_full_config("new")));
      },
      [](LastKnownGood& file) { ASSERT_TRUE(file.prove()); });
  const std::size_t steps = crash.steps().size();
  ASSERT_EQ(steps, 2U);
  for (std::size_t i = 0; i < steps; ++i) EXPECT_EQ(crash.starts_after(i), (Starts{"new", "new"}));
}

TEST(LastKnownGoodCrash, while_the_previous_one_is_written_leaves_one_of_both) {
  const Crash crash(
      [](LastKnownGood& file) {
        save_proven("old")(file);
        ASSERT_TRUE(file.save(mk_full_config("new")));
      },
      [](LastKnownGood& file) { ASSERT_TRUE(file.save_previous(mk_full_config("between"))); });
  const std::vector<std::string> steps = crash.steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool renamed = steps[i] == "next renamed" || steps[i] == "folder on disk";
    const std::string wanted = renamed ? "between" : "old";
    EXPECT_EQ(crash.starts_after(i), (Starts{wanted, wanted})) << steps[i];
  }
}

TEST(LastKnownGoodCrash, in_the_middle_of_a_start_counts_as_the_one_try) {
  const Crash crash([](LastKnownGood& file) { ASSERT_TRUE(file.save(mk_full_config("first"))); },
                    [](LastKnownGood& file) { static_cast<void>(file.restore()); });
  const std::size_t steps = crash.steps().size();
  ASSERT_EQ(steps, 2U);
  for (std::size_t i = 0; i < steps; ++i) {
    EXPECT_EQ(crash.starts_after(i), (Starts{"nothing", "nothing"}));
  }
}

}  // namespace
}  // namespace postern::adopt
