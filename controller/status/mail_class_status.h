// The status of the MailClass that is served (mailserver.md 8), as whoever runs the proxies finds
// it: values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/mail.h"
#include "controller/model/object_key.h"
#include "controller/status/mail_server_status.h"

namespace postern::status {

struct OpenPort {
  std::uint16_t port = 0;
  Protocol protocol = Protocol::Imap;
};

struct MailClassStatus {
  model::ObjectKey key;
  std::string uid;
  std::int64_t generation = 0;
  std::string ingress_class;  // that names it
  std::vector<Condition> conditions;
  std::size_t mail_servers = 0;  // accepted, wholly or in part
  std::vector<OpenPort> ports;   // by number
  ProxySummary proxies;
};

}  // namespace postern::status
