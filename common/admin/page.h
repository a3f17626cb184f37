// What the admin port answers: method and path in, status and text out. Pure, so that the rules can
// be read and tested without a socket. /livez /readyz /metrics /config; GET only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace postern::admin {

// Asked on the admin server's thread, so each must be safe to call beside the workers.
struct Pages {
  std::function<bool()> live;            // false: /livez says 503 and the process is restarted
  std::function<bool()> ready;           // false: /readyz says 503 and no new clients are sent
  std::function<std::string()> metrics;  // Prometheus' text format
  std::function<std::string()> config;   // what is in force, secrets as hashes
};

struct Page {
  unsigned status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string text;
};

// `target` as in the request line; a query is ignored.
[[nodiscard]] Page page_for(std::string_view method, std::string_view target, const Pages& pages);

}  // namespace postern::admin
