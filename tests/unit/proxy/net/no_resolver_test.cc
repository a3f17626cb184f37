// IN14: a name that DNS says is an attacker's text (CVE-2026-28753). The proxy asks for none:
// clients are addresses, and so are backends, as the controller sends them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/source_dir.h"

namespace postern::net {
namespace {

TEST(Resolver, IN14_no_room_of_the_proxy_asks_one) {
  static constexpr const char* kWords[] = {"getnameinfo", "getaddrinfo", "gethostby",
                                           "ares_query",  "ares_get",    "res_query"};
  std::size_t files = 0;
  const std::filesystem::path root(test::kSourceDir);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "proxy")) {
    const auto ending = entry.path().extension();
    if (ending != ".cc" && ending != ".h") continue;
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (const char* word : kWords) {
      EXPECT_EQ(text.find(word), std::string::npos) << entry.path() << " says " << word;
    }
    ++files;
  }
  EXPECT_GT(files, 100U);
}

}  // namespace
}  // namespace postern::net
