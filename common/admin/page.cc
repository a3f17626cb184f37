#include "common/admin/page.h"

namespace postern::admin {
namespace {

Page state_page(const std::function<bool()>& holds) {
  if (!holds || holds()) return {.text = "ok\n"};
  return {.status = 503, .text = "no\n"};
}

Page text_page(const std::function<std::string()>& text, std::string_view content_type) {
  return {.content_type = content_type, .text = text ? text() : std::string()};
}

}  // namespace

Page page_for(std::string_view method, std::string_view target, const Pages& pages) {
  const std::string_view path = target.substr(0, target.find('?'));
  const bool known =
      path == "/livez" || path == "/readyz" || path == "/metrics" || path == "/config";
  if (!known) {
    return {.status = 404, .text = "there are /livez, /readyz, /metrics and /config\n"};
  }
  if (method != "GET") return {.status = 405, .text = "only GET is answered here\n"};
  if (path == "/livez") return state_page(pages.live);
  if (path == "/readyz") return state_page(pages.ready);
  if (path == "/metrics")
    return text_page(pages.metrics, "text/plain; version=0.0.4; charset=utf-8");
  return text_page(pages.config, "text/plain; charset=utf-8");
}

}  // namespace postern::admin
