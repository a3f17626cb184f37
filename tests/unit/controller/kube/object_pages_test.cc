#include "controller/kube/object_pages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/scripted_transport.h"

namespace postern::kube {
namespace {

class PagesTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string asked() { return transport_.questions.front().request.target; }

  test::ScriptedTransport transport_;
  std::vector<std::string> objects_;
  std::vector<std::string> ends_;
  ObjectPages pages_{transport_,
                     {.target = "/things",
                      .kind = "Thing",
                      .on_object = [this](std::string_view one) { objects_.emplace_back(one); },
                      .on_end =
                          [this](const std::optional<std::string>& why) {
                            ends_.push_back(why.value_or("all"));
                          }}};
};

using Words = std::vector<std::string>;

TEST_F(PagesTest, give_each_object_with_its_kind_page_by_page) {
  EXPECT_EQ(asked(), "/things?limit=50");
  transport_.answer(200, R"({"metadata":{"continue":"a b"},"items":[{"x":1}]})");
  EXPECT_EQ(asked(), "/things?limit=50&continue=a%20b");
  transport_.answer(200, R"({"metadata":{},"items":[{"x":2}]})");
  EXPECT_EQ(objects_, (Words{R"({"x":1,"kind":"Thing"})", R"({"x":2,"kind":"Thing"})"}));
  EXPECT_EQ(ends_, Words{"all"});
}

TEST_F(PagesTest, become_smaller_where_one_is_too_large) {
  transport_.answer(200, R"({"metadata":{"continue":"c"},"items":[]})");
  for (const char* limit : {"50", "12", "3"}) {
    EXPECT_EQ(asked(), "/things?limit=" + std::string(limit) + "&continue=c");
    transport_.answer(Broken{Broken::Why::TooLarge, "too large"});
  }
  EXPECT_EQ(asked(), "/things?limit=1&continue=c");
  transport_.answer(200, R"({"metadata":{},"items":[{"x":1}]})");
  EXPECT_EQ(ends_, Words{"all"});
}

TEST_F(PagesTest, end_where_a_single_object_is_too_large_or_nobody_answers) {
  for (int i = 0; i < 4; ++i) transport_.answer(Broken{Broken::Why::TooLarge, "too large"});
  EXPECT_EQ(ends_, Words{"too large"});
}

}  // namespace
}  // namespace postern::kube
