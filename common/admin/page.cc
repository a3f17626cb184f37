#include "common/admin/page.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace postern::admin {
namespace {

Page state_page(const std::function<bool()>& holds) {
  if (!holds || holds()) return {.text = "ok\n"};
  return {.status = 503, .text = "no\n"};
}

Page text_page(const std::function<std::string()>& text, std::string_view content_type) {
  return {.content_type = content_type, .text = text ? text() : std::string()};
}

constexpr std::string_view kDebug = "/debug/";
constexpr std::string_view kLevel = "/loglevel";
constexpr std::string_view kPaths[] = {"/livez", "/readyz", "/startupz", "/metrics", "/config"};

Page no_page() {
  return {.status = 404, .text = "there are /livez, /readyz, /startupz, /metrics and /config\n"};
}

Page debug_page(std::string_view target, const Pages& pages, Caller caller) {
  if (!pages.debug) return no_page();
  if (caller == Caller::FromElsewhere) {
    return {.status = 403, .text = "pages below /debug are for this machine alone\n"};
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view query = target.substr(std::min(mark + 1, target.size()));
  auto text = pages.debug(target.substr(kDebug.size(), mark - kDebug.size()), query);
  if (!text) return no_page();
  return {.text = std::move(*text)};
}

Page level_page(std::string_view method, std::string_view target, const Pages& pages,
                Caller caller) {
  constexpr std::string_view kQuery = "?level=";
  const bool sets = method == "PUT";
  if (caller == Caller::FromElsewhere) {
    return {.status = 403, .text = "the level of the log is for this machine alone\n"};
  }
  if (!sets && method != "GET") {
    return {.status = 405, .text = "GET tells the level, PUT sets it\n", .allowed = "GET, PUT"};
  }
  const std::string_view query = target.substr(kLevel.size());
  std::optional<std::string> level;
  if (!sets) level = pages.log_level({});
  if (sets && query.size() > kQuery.size() && query.starts_with(kQuery)) {
    level = pages.log_level(query.substr(kQuery.size()));
  }
  if (!level) return {.status = 400, .text = "PUT /loglevel?level=debug, info, warning or error\n"};
  return {.text = *level + "\n"};
}

}  // namespace

Page page_for(std::string_view method, std::string_view target, const Pages& pages, Caller caller) {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == kLevel && pages.log_level) return level_page(method, target, pages, caller);
  const bool debug = path.starts_with(kDebug);
  if (!debug && std::ranges::find(kPaths, path) == std::end(kPaths)) return no_page();
  if (method != "GET") return {.status = 405, .text = "only GET is answered here\n"};
  if (debug) return debug_page(target, pages, caller);
  if (path == "/livez") return state_page(pages.live);
  if (path == "/readyz") return state_page(pages.ready);
  if (path == "/startupz") return state_page(pages.started);
  if (path == "/metrics")
    return text_page(pages.metrics, "text/plain; version=0.0.4; charset=utf-8");
  return text_page(pages.config, "text/plain; charset=utf-8");
}

}  // namespace postern::admin
