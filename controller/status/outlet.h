// Where statuses go: files beside the manifests, or the API server. The desk says each status that
// may be other than before; an outlet leaves alone what stands there already.
// Called on the desk's thread alone; must not wait for anybody.
#pragma once

#include "controller/model/object_key.h"
#include "controller/status/mail_class_status.h"
#include "controller/status/mail_server_status.h"

namespace postern::status {

class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void put(const MailServerStatus& status) = 0;
  virtual void put(const MailClassStatus& status) = 0;
  // There is no such object any more.
  virtual void remove(const model::ObjectKey& key) = 0;
  // All that exist have been put at least once.
  virtual void complete() = 0;
};

}  // namespace postern::status
