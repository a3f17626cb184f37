// Header lines as nginx's auth_http reads them: bare LF is a line end, the status line may be
// missing, what comes after the header is not looked at. For providers of strictness Nginx.
// Pure; called by the response reader.
#pragma once

#include <string>
#include <variant>

#include "common/base/bytes.h"
#include "proxy/auth/http_response.h"

namespace postern::auth {

struct HeaderIncomplete {};
using NginxHeader = std::variant<HttpResponse, HeaderIncomplete, std::string>;  // string: the fault

// `octets`: all that has come so far. Views of the response are into it.
[[nodiscard]] NginxHeader read_nginx_header(ByteView octets);

}  // namespace postern::auth
