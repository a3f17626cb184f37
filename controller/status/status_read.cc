#include "controller/status/status_read.h"

#include <ctime>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace postern::status {
namespace {

namespace json = boost::json;

const json::object& object_in(const json::object& from, const char* name) {
  static const json::object nothing;
  const json::value* found = from.if_contains(name);
  return found != nullptr && found->is_object() ? found->get_object() : nothing;
}

std::string word_in(const json::object& from, const char* name) {
  const json::value* found = from.if_contains(name);
  const json::string* word = found == nullptr ? nullptr : found->if_string();
  return word == nullptr ? std::string() : std::string(word->data(), word->size());
}

std::int64_t number_in(const json::object& from, const char* name) {
  const json::value* found = from.if_contains(name);
  const std::int64_t* number = found == nullptr ? nullptr : found->if_int64();
  return number == nullptr ? 0 : *number;
}

template <class Take>
void for_each_in(const json::object& from, const char* name, const Take& take) {
  const json::value* found = from.if_contains(name);
  const json::array* list = found == nullptr ? nullptr : found->if_array();
  if (list == nullptr) return;
  for (const json::value& one : *list) {
    if (one.is_object()) take(one.get_object());
  }
}

// "2026-11-22T06:00:00Z"; another form is no time of ours.
std::optional<WallTime> time_of(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

Truth truth_of(const std::string& word) {
  if (word == "True") return Truth::True;
  return word == "False" ? Truth::False : Truth::Unknown;
}

std::vector<Condition> conditions_in(const json::object& from) {
  std::vector<Condition> out;
  for_each_in(from, "conditions", [&](const json::object& one) {
    const auto since = time_of(word_in(one, "lastTransitionTime"));
    if (!since) return;
    out.push_back({word_in(one, "type"), truth_of(word_in(one, "status")), word_in(one, "reason"),
                   word_in(one, "message"), number_in(one, "observedGeneration"), *since});
  });
  return out;
}

}  // namespace

std::optional<MailServerStatus> read_status(std::string_view object) {
  boost::system::error_code error;
  const json::value parsed = json::parse(json::string_view(object.data(), object.size()), error);
  const json::object* root = error ? nullptr : parsed.if_object();
  if (root == nullptr) return std::nullopt;
  const json::object& metadata = object_in(*root, "metadata");
  MailServerStatus out;
  out.key = {word_in(*root, "kind"), word_in(metadata, "namespace"), word_in(metadata, "name")};
  if (out.key.name.empty()) return std::nullopt;
  out.uid = word_in(metadata, "uid");
  const json::object& status = object_in(*root, "status");
  out.generation = number_in(status, "observedGeneration");
  out.conditions = conditions_in(status);
  for_each_in(status, "listeners", [&](const json::object& one) {
    ListenerStatus listener;
    listener.port = static_cast<std::uint16_t>(number_in(one, "port"));
    listener.conditions = conditions_in(one);
    out.listeners.push_back(std::move(listener));
  });
  for_each_in(status, "backends", [&](const json::object& one) {
    out.backends.push_back({word_in(one, "name"), {}, conditions_in(one)});
  });
  return out;
}

}  // namespace postern::status
