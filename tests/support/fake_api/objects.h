// JSON of API objects for the fake API server: reading what every object has, merging as patches
// do, and what a server fills in. Pure.
#pragma once

#include <ctime>

#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <boost/json.hpp>

#include "tests/support/fake_api/kinds.h"

namespace postern::test {

namespace json = boost::json;

// The member, or an empty object where it is absent or something else.
inline const json::object& member(const json::object& of, std::string_view name) {
  static const json::object none;
  const json::value* value = of.if_contains(name);
  return value && value->is_object() ? value->get_object() : none;
}
inline json::object& make_member(json::object& of, std::string_view name) {
  json::value& value = of[name];
  if (!value.is_object()) value = json::object();
  return value.get_object();
}
inline std::string text_of(const json::object& of, std::string_view name) {
  const json::value* value = of.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}
// "metadata.name" and the like; numbers and booleans as written, nothing for what is not there.
inline std::string text_at(const json::object& of, std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot != std::string_view::npos) {
    return text_at(member(of, path.substr(0, dot)), path.substr(dot + 1));
  }
  const json::value* value = of.if_contains(path);
  if (!value) return {};
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

// RFC 7396.
inline void merge_patch(json::object& into, const json::object& patch) {
  for (const auto& [key, value] : patch) {
    if (value.is_null()) {
      into.erase(key);
    } else if (value.is_object()) {
      merge_patch(make_member(into, key), value.get_object());
    } else {
      into[key] = value;
    }
  }
}

// Server-side apply by one manager: what it wrote before and leaves out now goes; lists are
// replaced as a whole, which is the same as merging by key while one manager has all of a list.
inline void apply_fields(json::object& into, const json::object& before, const json::object& now) {
  for (const auto& [key, value] : before) {
    const json::value* kept = now.if_contains(key);
    if (!kept) {
      into.erase(key);
    } else if (value.is_object() && !kept->is_object()) {
      into.erase(key);
    }
  }
  for (const auto& [key, value] : now) {
    if (value.is_object()) {
      apply_fields(make_member(into, key), member(before, key), value.get_object());
    } else {
      into[key] = value;
    }
  }
}

inline std::string base64_of(std::string_view octets) {
  std::string out(4 * ((octets.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(octets.data()),
                                     static_cast<int>(octets.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

inline std::string time_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// What a server does to some kinds as they are written.
inline void fill_in(json::object& object, const ApiKind& kind) {
  if (kind.kind == "Secret") {
    for (const auto& [key, value] : member(object, "stringData")) {
      make_member(object, "data")[key] = base64_of(value.as_string());
    }
    object.erase("stringData");
    if (text_of(object, "type").empty()) object["type"] = "Opaque";
  }
  if (kind.kind == "Namespace") {
    json::object& metadata = make_member(object, "metadata");
    make_member(metadata, "labels")["kubernetes.io/metadata.name"] = text_of(metadata, "name");
  }
}

// A Status, as a server answers where it has no object to give.
inline json::object status_object(int code, std::string_view reason, std::string_view message) {
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", json::object()},
          {"status", code < 400 ? "Success" : "Failure"},
          {"message", message},
          {"reason", reason},
          {"code", code}};
}

// "a=b,c!=d,e" over what `value_of` says; as field and label selectors are written.
template <class ValueOf>
bool selected(std::string_view selector, ValueOf value_of) {
  for (const std::string& term : split(selector, ',')) {
    const std::size_t equals = term.find('=');
    if (equals == std::string::npos) {
      if (!value_of(term).has_value()) return false;
      continue;
    }
    const bool differs = equals > 0 && term[equals - 1] == '!';
    const std::string key = term.substr(0, equals - (differs ? 1 : 0));
    const bool doubled = equals + 1 < term.size() && term[equals + 1] == '=';
    const std::string wanted = term.substr(equals + (doubled ? 2 : 1));
    if ((value_of(key).value_or("") == wanted) == differs) return false;
  }
  return true;
}

}  // namespace postern::test
