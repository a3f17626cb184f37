// Rules at what many blocks share: services that are asked (Endpoint) and steps of name maps.
#include "common/base/ascii.h"
#include "controller/decode/rule_words.h"
#include "controller/decode/rules.h"

namespace postern::decode {

namespace {

bool one_step(const Node& step) {
  return exactly_one(step, {"static", "configMap", "regexp", "localPart", "withDomain", "http"});
}

bool one_address(const Node& endpoint) { return exactly_one(endpoint, {"url", "serviceRef"}); }
bool path_with_service(const Node& endpoint) {
  return !has(endpoint, "path") || has(endpoint, "serviceRef");
}
bool scheme_with_service(const Node& endpoint) {
  return !has(endpoint, "scheme") || has(endpoint, "serviceRef");
}

bool one_value(const Node& header) { return exactly_one(header, {"value", "secretKeyRef"}); }

// A second Host or length would let whoever writes headers split the request.
bool header_is_free(const Node& header) {
  return !is_one_of(lower(text_at(header, "name")),
                    {"host", "connection", "content-length", "transfer-encoding", "upgrade"});
}

constexpr NamedRule kServiceRules[] = {
    {"a step is exactly one of static, configMap, regexp, localPart, withDomain, http", one_step},
    {"exactly one of url and serviceRef", one_address},
    {"path belongs to serviceRef; a url has its own", path_with_service},
    {"scheme belongs to serviceRef; a url has its own", scheme_with_service},
    {"exactly one of value and secretKeyRef", one_value},
    {"this header is written by Postern", header_is_free},
};

}  // namespace

std::span<const NamedRule> service_rules() { return kServiceRules; }

}  // namespace postern::decode
