// How the proxy logs in at a backend for a user whom somebody else than the backend has verified,
// and who may log in as somebody else. Values only: what they mean is in proxy/session/back_login.h
// and proxy/session/question.h. A user on whom the backend itself decides is given to it with his
// own credentials, whatever stands here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern::config {

enum class LoginMethod : std::uint8_t {
  Password,           // the client's, or the one that a provider returned
  MasterUser,         // with the rights of a user of ours who may open every mailbox
  OAuthToken,         // the client's token, by the mechanism that he used
  ClientCertificate,  // SASL EXTERNAL with the certificate of our own
};

// How the master user names the mailbox.
enum class MasterForm : std::uint8_t {
  AuthzId,         // as authorization identity of SASL PLAIN
  NameThenMaster,  // "joe*master"
  MasterThenName,  // "master*joe"
};

struct BackendLogin {
  LoginMethod method = LoginMethod::Password;
  MasterForm form = MasterForm::AuthzId;
  char separator = '*';  // between the two names
  std::string master;    // SECRET resource with credentials; with MasterUser only
  friend bool operator==(const BackendLogin&, const BackendLogin&) = default;
};

// Users who may log in as others. Where it is set, nobody else may.
struct MasterUsers {
  char separator = 0;                // name<separator>master; 0: by SASL's authorization identity
  std::vector<std::string> allowed;  // lower case, sorted
  friend bool operator==(const MasterUsers&, const MasterUsers&) = default;
};

}  // namespace postern::config
