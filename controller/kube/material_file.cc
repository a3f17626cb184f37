#include "controller/kube/material_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "common/base/bytes.h"

namespace postern::kube {
namespace {

class Opened {
 public:
  // Not waiting: of a pipe nobody knows when, or whether, it ends.
  explicit Opened(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Opened() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Fail<std::string> failed(const std::string& path, int error) {
  return Fail<std::string>(fmt::format("{}: {}", path, std::generic_category().message(error)));
}

}  // namespace

Result<Secret, std::string> read_material(const std::string& path, std::size_t most) {
  const Opened file(path);
  struct stat found{};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) return failed(path, errno);
  if (!S_ISREG(found.st_mode)) {
    return Fail<std::string>(fmt::format("{}: it is no regular file", path));
  }
  Buffer read(most + 1);
  for (;;) {
    const auto room = read.prepare(std::size_t{16} << 10);
    if (room.empty()) break;
    const ssize_t came = ::read(file.get(), room.data(), room.size());
    if (came < 0) return failed(path, errno);
    if (came == 0) break;
    read.commit(static_cast<std::size_t>(came));
  }
  if (read.size() > most) {
    return Fail<std::string>(fmt::format("{}: it is larger than {} octets", path, most));
  }
  return Secret(read.view());
}

}  // namespace postern::kube
