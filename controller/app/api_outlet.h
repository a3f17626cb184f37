// ApiOutlet: statuses to the API server, by the replica that leads and no other. On each gain it
// first reads what stands in the objects, so that times hold on, nothing is written twice and no
// Event is told again; then everything is told anew. On a loss all of it is dropped: what this
// replica knew then is old when it leads again.
// Threads: put(), remove() and complete() on the desk's; the rest, and all that is done, on the
// agenda's thread, or when that has stopped.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/event_recorder.h"
#include "controller/kube/object_pages.h"
#include "controller/kube/status_writer.h"
#include "controller/status/outlet.h"
#include "controller/status/status_desk.h"

namespace postern::controller_app {

struct OutletNeeds {
  kube::Transport& transport;
  kube::Agenda& agenda;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  // Asked before each write; empty: always.
  std::function<bool()> may_write = {};
};

struct OutletTerms {
  std::string ingress_class;
  std::vector<std::string> namespaces;  // empty: all
  bool reads_class = true;              // false: there is none to write a status of
  std::string replica;                  // in Events
};

class ApiOutlet final : public status::Outlet {
 public:
  ApiOutlet(const OutletNeeds& needs, OutletTerms terms);

  // Before the desk tells anything.
  void attach(status::StatusDesk& desk) { desk_ = &desk; }
  void lead(bool leads);

  void put(const status::MailServerStatus& status) override;
  void put(const status::MailClassStatus& status) override;
  void remove(const model::ObjectKey& key) override;
  void complete() override {}

 private:
  using Shared = std::shared_ptr<const status::MailServerStatus>;

  void read_all();
  void read_next();
  void take(std::string_view object);
  void tell(const Shared& status);
  [[nodiscard]] std::optional<std::string> target_of(const model::ObjectKey& key) const;
  void note(const status::MailServerStatus& status);

  OutletNeeds needs_;
  OutletTerms terms_;
  status::StatusDesk* desk_ = nullptr;
  std::atomic<bool> leads_{false};
  kube::StatusWriter writer_;
  kube::EventRecorder recorder_;
  // Of this term, on the agenda's thread.
  std::vector<kube::PagesWanted> to_read_;  // the last one is read first
  std::unique_ptr<kube::ObjectPages> reading_;
  std::unique_ptr<kube::Agenda::Entry> again_;
  std::vector<status::MailServerStatus> written_;
  std::map<model::ObjectKey, status::MailServerStatus> told_;  // without what Events do not need
};

}  // namespace postern::controller_app
