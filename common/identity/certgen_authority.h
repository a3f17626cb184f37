// What certgen knows of the authority of a directory: found, or made anew. Reads files, writes
// none. Only for certgen.cc.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/identity/mint.h"

namespace postern::identity {

struct Authority {
  std::vector<Certificate> trusted;  // of ca.crt, what has not expired
  Certificate signing;               // null: no key, so nothing can be signed
  Key key;
  Minted made;  // empty: it was there before
};

[[nodiscard]] Result<Authority, std::string> find_authority(const std::string& directory,
                                                            const std::string& ingress_class,
                                                            WallTime now);

// Empty when it is absent. Nothing that could not be read may be written over.
[[nodiscard]] Result<Secret, std::string> read_if_there(const std::string& path);
[[nodiscard]] std::vector<Certificate> unexpired(ByteView pem, WallTime now);

}  // namespace postern::identity
