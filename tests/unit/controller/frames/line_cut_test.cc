#include "controller/frames/line_cut.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fragmenter.h"

namespace postern::frames {
namespace {

std::vector<std::string> lines(const std::string& octets, std::size_t size) {
  LineCut cut;
  std::vector<std::string> said;
  test::in_fragments(octets, size, [&](ByteView fragment) {
    const std::string own(fragment);
    ByteView rest = own;
    for (Cut next = cut.next(rest); next != Cut::More; next = cut.next(rest)) {
      if (next == Cut::Bad) {
        said.push_back("! " + std::string(cut.fault()));
        break;
      }
      said.emplace_back(cut.piece());
    }
  });
  return said;
}

TEST(LineCut, gives_whole_lines_at_every_fragment_size) {
  for (const std::size_t size : test::kFragmentSizes) {
    EXPECT_EQ(lines("one\ntwo and more\n\r\n\nthree\r\n\xC3\xA4\nfour", size),
              (std::vector<std::string>{"one", "two and more", "three", "\xC3\xA4"}))
        << size;
    EXPECT_TRUE(lines("\n\n\r\n\n", size).empty());
    EXPECT_TRUE(lines("cut", size).empty());
  }
}

TEST(LineCut, holds_a_line_of_thirteen_mebioctets_and_no_longer_one) {
  for (const std::size_t size : {std::size_t{16384}, test::kAllAtOnce}) {
    EXPECT_EQ(lines(std::string(kLineOctets, 'x') + "\na\n", size).size(), 2U);
    const auto said = lines("a\n" + std::string(kLineOctets + 1, 'x') + "\nb\n", size);
    ASSERT_GE(said.size(), 2U);
    EXPECT_EQ(said[0], "a");
    EXPECT_EQ(said[1], "! a line of the watch is longer than 13 MiB");
  }
}

}  // namespace
}  // namespace postern::frames
