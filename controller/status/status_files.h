// StatusFiles: DIR/<namespace>.<name>.yaml, one a MailServer, for people and their scripts; never
// written into their manifests. A file is replaced as a whole or not at all.
// Thread: the status thread's alone. A directory that cannot be written, or that holds other files
// than statuses, is told once and left alone: the configuration path never waits for it.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "common/base/log.h"
#include "controller/model/object_key.h"
#include "controller/status/outlet.h"

namespace postern::status {

class StatusFiles final : public Outlet {
 public:
  // An empty directory: nothing is written. The directory is made with mode 0700 when first used.
  StatusFiles(std::string directory, Log& log) : directory_(std::move(directory)), log_(log) {}

  // What was written last is not written again.
  void put(const MailServerStatus& status) override;
  void put(const MailClassStatus&) override {}  // in a directory a class is a file of few lines
  void remove(const model::ObjectKey& key) override;
  // Takes files of MailServers away that this process has not written: of an earlier start.
  void complete() override;

 private:
  [[nodiscard]] bool ready();
  [[nodiscard]] std::string path_of(const model::ObjectKey& key) const;
  void give_up(const std::string& why);

  std::string directory_;
  Log& log_;
  std::map<std::string, std::string> written_;  // by path
  bool made_ = false;
};

}  // namespace postern::status
