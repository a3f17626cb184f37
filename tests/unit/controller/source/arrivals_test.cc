#include "controller/source/arrivals.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "controller/model/objects.h"

namespace postern::source {
namespace {

// Waits that nothing ends; a test that needs it has failed.
constexpr Duration kTooLong{60'000};

model::SharedObject map_of(const std::string& name) {
  model::ConfigMapObject map;
  map.meta.key = {"ConfigMap", "mail", name};
  return std::make_shared<const model::Object>(std::move(map));
}

Batch batch_of(const std::string& name, bool gone = false) {
  Batch out;
  out.objects.emplace_back(model::ObjectKey{"ConfigMap", "mail", name},
                           gone ? nullptr : map_of(name));
  return out;
}

TEST(Arrivals, keep_of_each_object_what_came_last) {
  const SystemClock clock;
  Arrivals arrivals({}, clock);
  arrivals.complete();
  arrivals.put(batch_of("a"));
  arrivals.put(batch_of("b"));
  arrivals.put(batch_of("a", true));
  const auto changes = arrivals.take();
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->changed.size(), 1U);
  EXPECT_EQ(changes->gone.size(), 1U);
  EXPECT_TRUE(changes->caused_at);
  EXPECT_TRUE(arrivals.take()->empty());
}

TEST(Arrivals, give_nothing_before_they_are_complete) {
  const SystemClock clock;
  Arrivals arrivals({}, clock);
  arrivals.put(batch_of("a"));
  arrivals.set_waiting_for("secrets");
  const auto early = arrivals.take();
  ASSERT_FALSE(early);
  EXPECT_NE(early.error().find("secrets"), std::string::npos);
  arrivals.complete();
  EXPECT_EQ(arrivals.take()->changed.size(), 1U);
}

TEST(Arrivals, end_a_wait_when_something_comes) {
  const SystemClock clock;
  Arrivals arrivals({}, clock);
  arrivals.complete();
  std::thread other([&] { arrivals.put(batch_of("a")); });
  arrivals.wait(kTooLong);
  other.join();
  EXPECT_EQ(arrivals.take()->changed.size(), 1U);
}

TEST(Arrivals, end_a_wait_when_they_are_complete) {
  const SystemClock clock;
  Arrivals arrivals({}, clock);
  std::thread other([&] { arrivals.complete(); });
  arrivals.wait_until_complete(kTooLong);
  other.join();
  EXPECT_TRUE(arrivals.take());
}

TEST(Arrivals, end_a_wait_that_was_called_off_before_it_began) {
  const SystemClock clock;
  Arrivals arrivals({}, clock);
  arrivals.wake();
  arrivals.wait_until_complete(kTooLong);
  arrivals.wake();
  arrivals.wait(kTooLong);
}

TEST(Arrivals, end_one_wait_a_call_and_not_all_that_follow) {
  const SystemClock clock;
  Arrivals arrivals({}, clock);
  constexpr Duration kWait{20};
  arrivals.wake();
  arrivals.wait_until_complete(kTooLong);
  const Instant began = clock.now();
  arrivals.wait_until_complete(kWait);
  EXPECT_GE(clock.now() - began, kWait);
}

TEST(Arrivals, end_a_wait_when_the_view_moves_on) {
  const SystemClock clock;
  Arrivals arrivals({}, clock);
  arrivals.complete();
  arrivals.set_views({{"secrets", 7}}, {{"secrets", 9}}, true);
  const Instant began = clock.now();
  arrivals.wait(kTooLong);
  EXPECT_LT(clock.now() - began, kTooLong) << "it was not ended";
  const auto changes = arrivals.take();
  EXPECT_TRUE(changes->empty());
  EXPECT_EQ(changes->made_of, (View{{"secrets", 7}}));
  EXPECT_EQ(changes->read_to, (View{{"secrets", 9}}));
}

}  // namespace
}  // namespace postern::source
