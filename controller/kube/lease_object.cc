#include "controller/kube/lease_object.h"

#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace postern::kube {
namespace {

namespace json = boost::json;

const json::object* object_of(const json::object& from, const char* name) {
  const json::value* found = from.if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

std::string word_of(const json::object& from, const char* name) {
  const json::value* found = from.if_contains(name);
  const json::string* word = found == nullptr ? nullptr : found->if_string();
  return word == nullptr ? std::string() : std::string(word->data(), word->size());
}

std::int64_t number_of(const json::object& from, const char* name) {
  const json::value* found = from.if_contains(name);
  const std::int64_t* number = found == nullptr ? nullptr : found->if_int64();
  return number == nullptr ? 0 : *number;
}

}  // namespace

std::optional<LeaseObject> read_lease(std::string_view text) {
  boost::system::error_code error;
  const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error);
  const json::object* root = error ? nullptr : parsed.if_object();
  const json::object* metadata = root == nullptr ? nullptr : object_of(*root, "metadata");
  if (metadata == nullptr || word_of(*root, "kind") != "Lease") return std::nullopt;
  LeaseObject out;
  out.space = word_of(*metadata, "namespace");
  out.name = word_of(*metadata, "name");
  out.resource_version = word_of(*metadata, "resourceVersion");
  const json::object* spec = object_of(*root, "spec");
  if (spec == nullptr) return out;
  out.holder = word_of(*spec, "holderIdentity");
  out.duration_s = number_of(*spec, "leaseDurationSeconds");
  out.acquired = word_of(*spec, "acquireTime");
  out.renewed = word_of(*spec, "renewTime");
  out.transitions = number_of(*spec, "leaseTransitions");
  return out;
}

std::string text_of(const LeaseObject& lease) {
  json::object metadata{{"name", lease.name}, {"namespace", lease.space}};
  if (!lease.resource_version.empty()) metadata.emplace("resourceVersion", lease.resource_version);
  json::object spec{{"holderIdentity", lease.holder},
                    {"leaseDurationSeconds", lease.duration_s},
                    {"leaseTransitions", lease.transitions}};
  if (!lease.acquired.empty()) spec.emplace("acquireTime", lease.acquired);
  if (!lease.renewed.empty()) spec.emplace("renewTime", lease.renewed);
  return json::serialize(json::object{{"apiVersion", "coordination.k8s.io/v1"},
                                      {"kind", "Lease"},
                                      {"metadata", std::move(metadata)},
                                      {"spec", std::move(spec)}});
}

}  // namespace postern::kube
