#include "controller/kube/api_thread.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/letterbox.h"

namespace postern::kube {
namespace {

using test::Letterbox;

TEST(ApiThread, does_what_was_posted_before_it_started) {
  Letterbox<int> done;
  ApiThread thread;
  thread.post([&] { done.put(1); });
  EXPECT_EQ(done.size(), 0U);
  thread.start();
  thread.post([&] { done.put(2); });
  EXPECT_EQ(done.take(), 1);
  EXPECT_EQ(done.take(), 2);
}

TEST(ApiThread, never_does_posted_work_within_the_call) {
  Letterbox<int> done;
  ApiThread thread;
  thread.start();
  thread.post([&] {
    thread.post([&] { done.put(2); });
    done.put(1);
  });
  EXPECT_EQ(done.take(), 1);
  EXPECT_EQ(done.take(), 2);
}

TEST(ApiThread, does_what_is_due_first_first) {
  Letterbox<int> done;
  ApiThread thread;
  std::unique_ptr<Agenda::Entry> late;
  std::unique_ptr<Agenda::Entry> soon;
  thread.post([&] {
    late = thread.after(Duration{100}, [&] { done.put(2); });
    soon = thread.after(Duration{1}, [&] { done.put(1); });
  });
  thread.start();
  EXPECT_EQ(done.take(), 1);
  EXPECT_EQ(done.take(), 2);
  thread.stop();
}

TEST(ApiThread, takes_off_an_entry_that_is_due_already) {
  Letterbox<int> done;
  ApiThread thread;
  std::unique_ptr<Agenda::Entry> second;
  std::unique_ptr<Agenda::Entry> first;
  thread.post([&] {
    // Both are due when the thread looks next; the first takes the second off.
    first = thread.after(Duration{0}, [&] { second.reset(); });
    second = thread.after(Duration{0}, [&] { done.put(2); });
    thread.post([&] { thread.post([&] { done.put(3); }); });
  });
  thread.start();
  EXPECT_EQ(done.take(), 3);
  thread.stop();
  EXPECT_EQ(done.size(), 0U);
}

TEST(ApiThread, lets_an_entry_take_itself_off_while_it_works) {
  Letterbox<std::string> done;
  ApiThread thread;
  std::unique_ptr<Agenda::Entry> entry;
  thread.post([&] {
    const std::string words = "a sentence that is longer than what a string keeps in itself";
    entry = thread.after(Duration{0}, [&, words] {
      entry.reset();
      done.put(words);
    });
  });
  thread.start();
  EXPECT_TRUE(done.take().starts_with("a sentence"));
  thread.stop();
}

TEST(ApiThread, calls_nothing_after_it_was_stopped) {
  Letterbox<int> done;
  ApiThread thread;
  std::unique_ptr<Agenda::Entry> entry;
  thread.start();
  thread.post([&] { entry = thread.after(Duration{0}, [&] { done.put(1); }); });
  EXPECT_EQ(done.take(), 1);
  thread.stop();
  thread.post([&] { done.put(2); });
  thread.stop();
  EXPECT_EQ(done.size(), 0U);
}

}  // namespace
}  // namespace postern::kube
