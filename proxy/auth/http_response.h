// An answer of an HTTP service as values: what the reader found and who judges it looks at. Views
// into the reader that made it; they end with its next octet.
#pragma once

#include <string_view>
#include <vector>

#include "common/base/bytes.h"

namespace postern::auth {

struct HttpField {
  std::string_view name;  // as written; letter case means nothing
  ByteView value;         // without the blanks around it
};

struct HttpResponse {
  unsigned status = 0;  // 0: there was no status line
  std::vector<HttpField> fields;
  // Where its length was said; what was said besides is not in it. Style JSON alone looks at it.
  ByteView body;
  bool whole = false;
  // Whole, nothing behind it, and the service keeps the connection open.
  bool may_be_followed = false;
};

}  // namespace postern::auth
