#include "common/base/secret.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>

#include "common/base/secret_arena.h"

namespace postern {
namespace {

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);

TEST(Secret, is_counted_while_it_holds_octets) {
  const std::size_t before = Secret::live();
  {
    Secret one("hunter2");
    const Secret none;
    EXPECT_EQ(Secret::live(), before + 1);
    Secret moved(std::move(one));
    EXPECT_EQ(Secret::live(), before + 1);
    const Secret copied = moved.copy();
    EXPECT_EQ(Secret::live(), before + 2);
    moved.clear();
    EXPECT_EQ(Secret::live(), before + 1);
    EXPECT_EQ(copied.reveal(), "hunter2");
  }
  EXPECT_EQ(Secret::live(), before);
}

TEST(Secret, moves_its_octets_and_wipes_those_it_replaces) {
  Secret one("first");
  Secret two("second");
  one = std::move(two);
  EXPECT_EQ(one.reveal(), "second");
  EXPECT_TRUE(one.size() == 6 && !one.empty());
}

TEST(Secret, is_wiped_when_it_ends) {
  // The arena keeps the memory mapped; its first octets become the list of free blocks.
  const std::string text(64, 'S');
  const char* memory = nullptr;
  {
    const Secret secret(text);
    memory = secret.reveal().data();
    ASSERT_EQ(std::string_view(memory, 64), text);
  }
  EXPECT_EQ(std::string_view(memory, 64).find('S'), std::string_view::npos);
}

TEST(Secret, may_be_larger_than_any_block_of_the_arena) {
  const std::string text(100'000, 'x');
  const Secret secret(text);
  EXPECT_EQ(secret.reveal(), text);
}

TEST(SecretArena, gives_the_same_block_again) {
  char* const first = secret_arena::take(100);
  secret_arena::give_back(first, 100);
  char* const second = secret_arena::take(128);
  EXPECT_EQ(first, second);
  secret_arena::give_back(second, 128);
}

TEST(SecretArena, gives_blocks_that_do_not_overlap) {
  char* const first = secret_arena::take(64);
  char* const second = secret_arena::take(64);
  EXPECT_TRUE(second >= first + 64 || first >= second + 64);
  secret_arena::give_back(first, 64);
  secret_arena::give_back(second, 64);
}

TEST(SharedSecret, compares_by_octets_and_is_shared) {
  const SharedSecret one("key");
  const SharedSecret other("key");
  const SharedSecret third = one;
  EXPECT_TRUE(one == other);
  EXPECT_EQ(third.reveal().data(), one.reveal().data());
  EXPECT_TRUE(SharedSecret().empty());
}

}  // namespace
}  // namespace postern
