// What the admin port answers: method and path in, status and text out. Pure, so that the rules can
// be read and tested without a socket. /livez /readyz /startupz /metrics /config; GET only. Pages
// below /debug are for clients on this machine alone: they may be dear, and name every tenant. So
// is /loglevel, where PUT changes how much is logged, the one thing that is changed from here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace postern::admin {

// Asked on the admin server's thread, so each must be safe to call beside the workers.
struct Pages {
  std::function<bool()> live;            // false: /livez says 503 and the process is restarted
  std::function<bool()> ready;           // false: /readyz says 503 and no new clients are sent
  std::function<std::string()> metrics;  // Prometheus' text format
  std::function<std::string()> config;   // what is in force, secrets as hashes
  std::function<bool()> started = {};    // false: /startupz says 503, and others are not asked yet
  // Of the path below /debug/ and the query, both as they came; nothing: there is no such page.
  std::function<std::optional<std::string>(std::string_view, std::string_view)> debug = {};
  // The level that is wanted, if any is; gives the one that holds. Nothing: there is no such level.
  std::function<std::optional<std::string>(std::string_view)> log_level = {};
};

enum class Caller : std::uint8_t { OfThisMachine, FromElsewhere };

struct Page {
  unsigned status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string text;
  std::string_view allowed = "GET";
};

// `target` as in the request line; a query is ignored but by debug pages.
[[nodiscard]] Page page_for(std::string_view method, std::string_view target, const Pages& pages,
                            Caller caller = Caller::FromElsewhere);

}  // namespace postern::admin
