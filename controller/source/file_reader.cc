#include "controller/source/file_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "common/base/bytes.h"

namespace postern::source {

namespace {

// An editor may write while we read; then it is read again.
constexpr int kTries = 3;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Fail<std::string> failed(int error) {
  return Fail<std::string>("cannot be read: " + std::generic_category().message(error));
}

bool same(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec && a.st_ctim.tv_sec == b.st_ctim.tv_sec &&
         a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

// Reads `size` octets and one more if there is one. -1: an error, in errno.
ssize_t read_all(int fd, char* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, to + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

// Between two looks at its size and time that agree; nothing when they did not.
Result<std::unique_ptr<FileContent>, std::string> read_once(int fd, std::size_t most) {
  struct stat before{};
  struct stat after{};
  if (::fstat(fd, &before) != 0) return failed(errno);
  if (!S_ISREG(before.st_mode)) return Fail<std::string>("is not a file");
  const auto size = static_cast<std::size_t>(before.st_size);
  if (size > most) {
    return Fail<std::string>(
        fmt::format("has {} octets: at most {} are read, split it", size, most));
  }
  const auto octets = std::make_unique<char[]>(size + 1);
  const ssize_t got = read_all(fd, octets.get(), size + 1);
  if (got < 0) return failed(errno);
  std::unique_ptr<FileContent> out;
  if (::fstat(fd, &after) == 0 && same(before, after) && static_cast<std::size_t>(got) == size) {
    out = std::make_unique<FileContent>();
    out->octets = Secret(ByteView(octets.get(), size));
    out->world_readable = (after.st_mode & S_IROTH) != 0;
  }
  wipe(octets.get(), size + 1);
  return out;
}

}  // namespace

Result<FileContent, std::string> read_file(const std::string& path, std::size_t most) {
  for (int i = 0; i < kTries; ++i) {
    // A FIFO must not hold us up.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return failed(errno);
    auto content = read_once(file.get(), most);
    if (!content) return Fail<std::string>(content.error());
    if (*content) return std::move(**content);
  }
  return Fail<std::string>("changes while it is read: it is read again at the next change");
}

}  // namespace postern::source
