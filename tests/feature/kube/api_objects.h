// Objects as tests write them to the fake API server.
#pragma once

#include <string>

#include <boost/json.hpp>

namespace postern::test {

inline boost::json::object api_object(std::string_view api_version, std::string_view kind,
                                      std::string_view path) {
  const std::size_t slash = path.find('/');
  boost::json::object metadata = {{"name", path.substr(slash + 1)}};
  if (slash != std::string_view::npos) metadata["namespace"] = path.substr(0, slash);
  return {{"apiVersion", api_version}, {"kind", kind}, {"metadata", std::move(metadata)}};
}

inline boost::json::object api_config_map(std::string_view path, std::string_view text = "one") {
  boost::json::object out = api_object("v1", "ConfigMap", path);
  out["data"] = {{"text", text}};
  return out;
}

inline boost::json::object api_mail_server(std::string_view path, std::string_view hostname) {
  boost::json::object out = api_object("postern.dev/v1alpha1", "MailServer", path);
  out["spec"] = {{"hostnames", boost::json::array{hostname}}};
  return out;
}

}  // namespace postern::test
