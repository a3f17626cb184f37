#include "controller/frames/watch_event.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "controller/frames/fields.h"

namespace postern::frames {
namespace {

using Type = WatchEvent::Type;

constexpr std::pair<std::string_view, Type> kTypes[] = {{"ADDED", Type::Added},
                                                        {"MODIFIED", Type::Modified},
                                                        {"DELETED", Type::Deleted},
                                                        {"BOOKMARK", Type::Bookmark},
                                                        {"ERROR", Type::Error}};

// 0: it is no such number.
int number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value > 0 ? value : 0;
}

}  // namespace

Result<WatchEvent, std::string> read_watch_event(ByteView line) {
  std::array<Field, 5> fields{
      {{.path = {"type"}},
       {.path = {"object"}},
       {.path = {"object", "kind"}},
       {.path = {"object", "metadata", "resourceVersion"}},
       {.path = {"object", "metadata", "annotations", "k8s.io/initial-events-end"}}}};
  auto& [type, object, kind, version, end] = fields;
  if (auto fault = read_fields(line, fields)) return Fail<std::string>(std::move(*fault));
  const auto* const known =
      std::find_if(std::begin(kTypes), std::end(kTypes),
                   [&type = type](const auto& entry) { return entry.first == type.text; });
  if (known == std::end(kTypes)) return Fail<std::string>("an event of no known type");
  if (object.map.empty()) return Fail<std::string>("an event without an object");
  return WatchEvent{.type = known->second,
                    .object = object.map,
                    .kind = std::move(kind.text),
                    .resource_version = std::move(version.text),
                    .initial_events_end = end.text == "true"};
}

Status read_status(ByteView json) {
  std::array<Field, 6> fields{{{.path = {"kind"}},
                               {.path = {"code"}},
                               {.path = {"reason"}},
                               {.path = {"message"}},
                               {.path = {"details", "retryAfterSeconds"}},
                               {.path = {"details", "causes", "reason"}}}};
  auto& [kind, code, reason, message, retry, cause] = fields;
  if (read_fields(json, fields) || kind.text != "Status") return {};
  Status status{.code = number(code.text),
                .reason = std::move(reason.text),
                .message = std::move(message.text),
                .too_large_version = cause.text == "ResourceVersionTooLarge",
                .retry_after = {}};
  if (const int seconds = number(retry.text); seconds > 0) {
    status.retry_after = std::chrono::seconds{seconds};
  }
  return status;
}

}  // namespace postern::frames
