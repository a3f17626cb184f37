// Small files, whole: read into wiped memory, written beside their name and then renamed over it,
// so that nobody reads half of one. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/base/secret.h"

namespace postern::identity {

enum class ReadFailure : std::uint8_t { Absent, Other };
struct UnreadFile {
  ReadFailure failure = ReadFailure::Other;
  std::string sentence;  // the path is in it
};

// At most 256 KiB: no certificate and no key is larger.
[[nodiscard]] Result<Secret, UnreadFile> read_file(const std::string& path);

// Nothing, or a sentence why not; then what was there is still there.
[[nodiscard]] Result<void, std::string> write_file(const std::string& path, ByteView octets,
                                                   mode_t mode);

}  // namespace postern::identity
