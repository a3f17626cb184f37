#include "controller/loop/questions.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace postern::loop {
namespace {

TEST(Questions, are_answered_by_whoever_owns_the_world) {
  world::World world;
  Questions questions;
  std::promise<void> stands_in_line;
  std::optional<std::string> answer;
  std::thread asker([&] {
    answer =
        questions.ask([](const world::World& of) { return std::to_string(of.size()) + " objects"; },
                      Duration{10'000}, [&] { stands_in_line.set_value(); });
  });
  stands_in_line.get_future().wait();
  questions.answer(world);
  asker.join();
  EXPECT_EQ(answer, "0 objects");
}

TEST(Questions, that_nobody_waits_for_any_more_are_not_answered) {
  world::World world;
  Questions questions;
  bool asked = false;
  const auto answer = questions.ask(
      [&](const world::World&) {
        asked = true;
        return std::string();
      },
      Duration{0}, [] {});
  EXPECT_FALSE(answer);
  questions.answer(world);
  EXPECT_FALSE(asked);
}

}  // namespace
}  // namespace postern::loop
