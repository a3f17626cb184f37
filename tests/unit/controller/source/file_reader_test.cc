#include "controller/source/file_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

TEST(FileReader, refuses_what_is_no_file) {
  Manifests directory;
  const std::string fifo = directory.path() + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(read_file(fifo).error(), "is not a file");
  EXPECT_EQ(read_file(directory.path()).error(), "is not a file");
  EXPECT_EQ(read_file(directory.path() + "/none").error(),
            "cannot be read: No such file or directory");
}

TEST(FileReader, leaves_no_secret_behind) {
  Manifests directory;
  const std::string file = directory.write("a", "hunter2");
  const std::size_t before = Secret::live();
  EXPECT_EQ(read_file(file)->octets.reveal(), "hunter2");
  EXPECT_EQ(Secret::live(), before);
}

}  // namespace
}  // namespace postern::source
