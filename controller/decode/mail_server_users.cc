// spec.users: the names of those who log in.
#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

model::UsersSpec read_users(const Node& users) {
  model::UsersSpec out;
  out.normalization = text_at(users, "normalization");
  out.default_domain = text_at(users, "defaultDomain");
  out.delimiter = text_at(users, "delimiter");
  return out;
}

}  // namespace postern::decode
