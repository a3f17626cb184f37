#include "proxy/auth/style.h"

#include <variant>

#include "proxy/auth/auth_http_answer.h"
#include "proxy/auth/auth_http_request.h"
#include "proxy/auth/json_answer.h"
#include "proxy/auth/json_request.h"

namespace postern::auth {

namespace {

config::AuthStyle style_of(const policy::Question& question) {
  return std::get<config::HttpProvider>(question.provider->kind).style;
}

}  // namespace

std::optional<policy::Answer> answer_unasked(const policy::Question& question) {
  switch (style_of(question)) {
    case config::AuthStyle::AuthHttp: return std::nullopt;
    case config::AuthStyle::Json: break;
  }
  if (can_be_json(question)) return std::nullopt;
  return policy::Refuse{};
}

Result<Buffer, std::string> request_of(const policy::Question& question) {
  switch (style_of(question)) {
    case config::AuthStyle::AuthHttp: return auth_http_request(question);
    case config::AuthStyle::Json: break;
  }
  return json_request(question);
}

policy::Answer answer_of(const HttpResponse& response, const policy::Question& question) {
  switch (style_of(question)) {
    case config::AuthStyle::AuthHttp: return auth_http_answer(response, question);
    case config::AuthStyle::Json: break;
  }
  return json_answer(response, question);
}

}  // namespace postern::auth
