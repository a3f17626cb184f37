// A document of YAML as an API server would tell it: JSON, with the data of Secrets in base64.
#pragma once

#include <openssl/evp.h>

#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "controller/decode/document.h"
#include "controller/model/core_objects.h"

namespace postern::test {

[[nodiscard]] inline std::string quoted_json(const std::string& text) {
  return boost::json::serialize(boost::json::string_view(text));
}

[[nodiscard]] inline std::string json_of(const decode::Node& node) {
  using Kind = decode::Node::Kind;
  std::string out;
  switch (node.kind) {
    case Kind::Null: return "null";
    case Kind::Boolean: return node.truth() ? "true" : "false";
    case Kind::Number: return node.text;
    case Kind::String: return quoted_json(node.text);
    case Kind::List:
      for (const decode::Node& item : node.items) out += (out.empty() ? "" : ",") + json_of(item);
      return "[" + out + "]";
    case Kind::Map:
      for (const decode::Member& member : node.members) {
        out += (out.empty() ? "" : ",") + quoted_json(member.key) + ":" + json_of(member.value);
      }
      return "{" + out + "}";
  }
  return out;
}

[[nodiscard]] inline std::string base64_of(std::string_view octets) {
  std::string out((octets.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(octets.data()),
                                     static_cast<int>(octets.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

[[nodiscard]] inline std::string json_of(const model::SecretObject& secret) {
  std::string data;
  for (const auto& [key, value] : secret.data) {
    data +=
        (data.empty() ? "" : ",") + quoted_json(key) + ":" + quoted_json(base64_of(value.reveal()));
  }
  return R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":)" +
         quoted_json(secret.meta.key.name) + R"(,"namespace":)" +
         quoted_json(secret.meta.key.object_namespace) + R"(},"type":)" + quoted_json(secret.type) +
         R"(,"data":{)" + data + "}}";
}

}  // namespace postern::test
