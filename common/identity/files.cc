#include "common/identity/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::identity {

namespace {

constexpr std::size_t kMostOctets = std::size_t{256} << 10;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

std::string sentence(const std::string& path, std::string_view what, int error) {
  return fmt::format("{} {}: {}", printable(path), what, std::generic_category().message(error));
}

Fail<UnreadFile> unread(const std::string& path, int error) {
  const bool absent = error == ENOENT || error == ENOTDIR;
  return Fail<UnreadFile>(
      {absent ? ReadFailure::Absent : ReadFailure::Other, sentence(path, "cannot be read", error)});
}

bool write_all(int file, ByteView octets) {
  while (!octets.empty()) {
    const ssize_t done = ::write(file, octets.data(), octets.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace

Result<Secret, UnreadFile> read_file(const std::string& path) {
  // A FIFO must not hold us up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return unread(path, errno);
  const auto octets = std::make_unique<char[]>(kMostOctets + 1);
  std::size_t size = 0;
  int error = 0;
  while (size <= kMostOctets) {
    const ssize_t got = ::read(file.get(), octets.get() + size, kMostOctets + 1 - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = errno;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  Secret content(ByteView(octets.get(), size));
  wipe(octets.get(), size);
  if (error != 0) return unread(path, error);
  if (size > kMostOctets) return unread(path, EFBIG);
  return content;
}

Result<void, std::string> write_file(const std::string& path, ByteView octets, mode_t mode) {
  std::string beside = path + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));  // with mode 0600
  if (file.get() < 0) return Fail<std::string>(sentence(path, "cannot be written", errno));
  const bool done = write_all(file.get(), octets) && ::fchmod(file.get(), mode) == 0 &&
                    ::fsync(file.get()) == 0 && ::rename(beside.c_str(), path.c_str()) == 0;
  if (done) return {};
  const int error = errno;
  ::unlink(beside.c_str());
  return Fail<std::string>(sentence(path, "cannot be written", error));
}

}  // namespace postern::identity
