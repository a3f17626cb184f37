#include "common/wire/login_body.h"

#include <fmt/format.h>

namespace postern::wire {

namespace {

constexpr int kMostMasterUsers = 1024;

// One sign that can be seen: a control octet would end a line towards the backend (R4).
char decode_separator(const std::string& text, const FieldPath& field, Decoding& decoding) {
  if (text.size() == 1 && text[0] > ' ' && text[0] < 0x7F) return text[0];
  decoding.refuse(field, "is not one sign");
  return '*';
}

}  // namespace

void encode_login(const config::BackendLogin& login, pb::BackendLogin& out) {
  out.set_method(to_wire(login.method, kLoginMethods));
  out.set_form(to_wire(login.form, kMasterForms));
  out.set_separator(&login.separator, 1);
  out.set_master(login.master);
}

config::BackendLogin decode_login(const pb::BackendLogin& message, const FieldPath& here,
                                  Decoding& decoding) {
  config::BackendLogin login;
  login.method = decoding.choice(message.method(), kLoginMethods, here / "method");
  login.form = decoding.choice(message.form(), kMasterForms, here / "form");
  login.separator = decode_separator(message.separator(), here / "separator", decoding);
  login.master = message.master();
  if (login.method == config::LoginMethod::MasterUser) {
    decoding.required(login.master, here / "master");
  } else if (!login.master.empty()) {
    decoding.refuse(here / "master", "belongs to LOGIN_METHOD_MASTER_USER");
  }
  return login;
}

void encode_master_users(const config::MasterUsers& users, pb::MasterUsers& out) {
  if (users.separator != 0) out.set_separator(&users.separator, 1);
  put_texts(users.allowed, out.mutable_allowed());
}

config::MasterUsers decode_master_users(const pb::MasterUsers& message, Decoding& decoding) {
  const FieldPath here{nullptr, "master_users"};
  config::MasterUsers users;
  if (!message.separator().empty()) {
    users.separator = decode_separator(message.separator(), here / "separator", decoding);
  }
  if (message.allowed_size() > kMostMasterUsers) {
    decoding.refuse(here / "allowed", fmt::format("has more than {}", kMostMasterUsers));
  }
  for (int i = 0; i < message.allowed_size(); ++i) {
    const FieldPath at{&here, "allowed", i};
    decoding.required(message.allowed(i), at);
  }
  users.allowed = texts(message.allowed());
  return users;
}

}  // namespace postern::wire
