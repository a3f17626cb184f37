// How the proxy logs in, and who may log in as others.
#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

model::LoginSpec read_login(const Node& login, const std::string& own_namespace) {
  model::LoginSpec out;
  out.method = text_at(login, "method");
  out.mechanism = text_at(login, "mechanism");
  out.form = text_at(login, "form");
  out.separator = text_at(login, "separator");
  if (const Node* ref = login.find("secretRef")) out.secret = read_object_ref(*ref, own_namespace);
  return out;
}

std::optional<model::MasterUsersSpec> read_master_users(const Node& spec) {
  const Node* masters = at(spec, "users.masterUsers");
  if (masters == nullptr) return std::nullopt;
  return model::MasterUsersSpec{text_at(*masters, "separator"), texts_at(*masters, "allowed")};
}

}  // namespace postern::decode
