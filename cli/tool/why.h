// `postern why PATH… --user NAME --source ADDRESS`: where these manifests lead a user, and what
// says so: MailServer, provider, line or rule, backend, member, what bounds him. The same decoder,
// builder and policy as in the programs that serve, so the answer is theirs. Serves nobody and asks
// nobody: passwords and health are not looked at.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/mail.h"
#include "common/process/usage.h"

namespace postern::tool {

struct WhyOptions {
  std::vector<std::string> paths;  // files, directories
  std::string user;
  std::optional<IpAddress> source;   // has to be given
  std::optional<Protocol> protocol;  // nothing: that of the port, else IMAP
  std::optional<std::uint16_t> port;
  std::string hostname;  // that the client asks for; empty: it asks for none
  std::string provider;  // that says yes; empty: the first that would be asked
  std::map<std::string, std::string> attributes = {};  // that it returns
  std::string ingress_class = "postern";
  bool json = false;
  // Where a controller is asked about an object, in place of manifests.
  SocketAddress admin_address{IpAddress::v4({127, 0, 0, 1}), 9901};
};

// Exit code 0: he would be served. 1: he would not, or the manifests cannot be read.
[[nodiscard]] process::Answered why(const WhyOptions& options);

}  // namespace postern::tool
