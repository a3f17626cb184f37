#include "common/admin/page.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace postern::admin {
namespace {

Pages pages(bool up) {
  return {.live = [up] { return up; },
          .ready = [up] { return up; },
          .metrics = [] { return "metrics\n"; },
          .config = [] { return "config\n"; }};
}

struct Row {
  const char* says;
  const char* method;
  const char* target;
  bool up;
  unsigned status;
  const char* text;
};

const Row kRows[] = {
    {"a process that goes on is live", "GET", "/livez", true, 200, "ok\n"},
    {"a stuck process is not live", "GET", "/livez", false, 503, "no\n"},
    {"a serving process is ready", "GET", "/readyz", true, 200, "ok\n"},
    {"a draining process is not ready", "GET", "/readyz", false, 503, "no\n"},
    {"a query does not change the page", "GET", "/readyz?verbose=1", true, 200, "ok\n"},
    {"metrics are the registry's text", "GET", "/metrics", true, 200, "metrics\n"},
    {"config is what is in force", "GET", "/config", true, 200, "config\n"},
    {"nothing is changed from here", "POST", "/config", true, 405, "only GET is answered here\n"},
    {"an unknown path is no page", "GET", "/", true, 404,
     "there are /livez, /readyz, /startupz, /metrics and /config\n"},
    {"a path is compared whole", "GET", "/metrics/", true, 404,
     "there are /livez, /readyz, /startupz, /metrics and /config\n"},
};

TEST(AdminPages, answer_by_path_and_method) {
  for (const Row& row : kRows) {
    const Page page = page_for(row.method, row.target, pages(row.up));
    EXPECT_EQ(page.status, row.status) << row.says;
    EXPECT_EQ(page.text, row.text) << row.says;
  }
}

TEST(AdminPages, metrics_carry_the_version_of_their_format) {
  const Page page = page_for("GET", "/metrics", pages(true));
  EXPECT_EQ(page.content_type, "text/plain; version=0.0.4; charset=utf-8");
}

TEST(AdminPages, a_program_that_says_nothing_of_its_start_has_started) {
  EXPECT_EQ(page_for("GET", "/startupz", pages(true)).status, 200U);
  Pages starting = pages(true);
  starting.started = [] { return false; };
  EXPECT_EQ(page_for("GET", "/startupz", starting).status, 503U);
}

TEST(AdminPages, level_of_the_log_is_told_and_set_on_this_machine_alone) {
  Pages with = pages(true);
  std::string level = "info";
  with.log_level = [&level](std::string_view wanted) -> std::optional<std::string> {
    if (wanted == "loud") return std::nullopt;
    if (!wanted.empty()) level = wanted;
    return level;
  };
  const auto asked = [&with](std::string_view method, std::string_view target,
                             Caller caller = Caller::OfThisMachine) {
    const Page page = page_for(method, target, with, caller);
    return std::to_string(page.status) + " " + page.text;
  };
  EXPECT_EQ(asked("GET", "/loglevel"), "200 info\n");
  EXPECT_EQ(asked("GET", "/loglevel?level=debug"), "200 info\n") << "a link changes nothing";
  EXPECT_EQ(asked("PUT", "/loglevel?level=debug"), "200 debug\n");
  for (const char* bad : {"/loglevel", "/loglevel?level=", "/loglevel?level=loud", "/loglevel?x"}) {
    EXPECT_TRUE(asked("PUT", bad).starts_with("400 ")) << bad;
  }
  EXPECT_TRUE(asked("POST", "/loglevel?level=error").starts_with("405 "));
  for (const char* method : {"GET", "PUT"}) {
    EXPECT_TRUE(asked(method, "/loglevel?level=error", Caller::FromElsewhere).starts_with("403 "));
  }
  EXPECT_EQ(level, "debug");
  EXPECT_EQ(page_for("PUT", "/loglevel?level=debug", pages(true)).status, 404U);
}

TEST(AdminPages, debug_is_for_this_machine_alone) {
  Pages with = pages(true);
  with.debug = [](std::string_view path, std::string_view query) -> std::optional<std::string> {
    if (path != "why") return std::nullopt;
    return "why " + std::string(query) + "\n";
  };
  EXPECT_EQ(page_for("GET", "/debug/why", with).status, 403U);
  const auto ask = [&](std::string_view target) {
    return page_for("GET", target, with, Caller::OfThisMachine);
  };
  EXPECT_EQ(ask("/debug/why?object=a").text, "why object=a\n");
  EXPECT_EQ(ask("/debug/why").text, "why \n");
  EXPECT_EQ(ask("/debug/other").status, 404U);
  EXPECT_EQ(page_for("POST", "/debug/why", with, Caller::OfThisMachine).status, 405U);
  EXPECT_EQ(page_for("GET", "/debug/why", pages(true), Caller::OfThisMachine).status, 404U)
      << "a program without such pages";
}

}  // namespace
}  // namespace postern::admin
