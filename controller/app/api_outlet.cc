#include "controller/app/api_outlet.h"

#include <utility>

#include <fmt/format.h>

#include "controller/kube/target.h"
#include "controller/status/status_body.h"
#include "controller/status/status_read.h"
#include "controller/status/transitions.h"

namespace postern::controller_app {
namespace {

using status::MailServerStatus;

constexpr const char* kGroup = "postern.dev";
constexpr const char* kVersion = "v1alpha1";
constexpr Duration kReadAgain{5'000};

kube::StatusTerms status_terms() {
  kube::StatusTerms out;
  // The version of the whole is another whenever anything is.
  out.essence.ignored = {"lastTransitionTime", "observedTime", "configVersion"};
  out.essence.slow = {"proxies"};
  return out;
}

std::string key_text(const model::ObjectKey& key) { return key.kind + " " + key.path(); }

std::string collection(const std::string& plural, const std::string& in_namespace) {
  return kube::target_of(
             {.group = kGroup, .version = kVersion, .plural = plural, .in_namespace = in_namespace})
      .value_or(std::string());
}

void forget_words(std::vector<status::Condition>& conditions) {
  for (status::Condition& condition : conditions) condition.message.clear();
}

// As much as the next comparison needs: there are thousands.
MailServerStatus in_short(MailServerStatus status) {
  forget_words(status.conditions);
  for (status::ListenerStatus& listener : status.listeners) forget_words(listener.conditions);
  status.backends.clear();
  status.proxies = {};
  return status;
}

}  // namespace

ApiOutlet::ApiOutlet(const OutletNeeds& needs, OutletTerms terms)
    : needs_(needs),
      terms_(std::move(terms)),
      writer_({needs_.transport, needs_.agenda, needs_.clock, needs_.log, needs_.metrics,
               needs_.may_write},
              status_terms()),
      recorder_({needs_.transport, needs_.clock, needs_.metrics, needs_.may_write},
                {.controller = "postern.dev/controller", .instance = terms_.replica}) {}

void ApiOutlet::lead(bool leads) {
  leads_ = false;
  reading_.reset();
  again_.reset();
  to_read_.clear();
  written_.clear();
  told_.clear();
  writer_.close();
  if (!leads) return;
  writer_.open();
  read_all();
}

void ApiOutlet::read_all() {
  to_read_.clear();
  written_.clear();
  const auto add = [this](std::string target, const char* kind) {
    to_read_.push_back({std::move(target), kind, [this](std::string_view object) { take(object); },
                        [this](const std::optional<std::string>& failure) {
                          if (!failure) return read_next();
                          needs_.log.line(LogLevel::Warning,
                                          "what stands in statuses cannot be read yet",
                                          {{field::kReason, *failure}});
                          again_ = needs_.agenda.after(kReadAgain, [this] { read_all(); });
                        }});
  };
  if (terms_.reads_class) add(collection("mailclasses", {}), "MailClass");
  for (const std::string& space : terms_.namespaces) {
    add(collection("mailservers", space), "MailServer");
  }
  if (terms_.namespaces.empty()) add(collection("mailservers", {}), "MailServer");
  read_next();
}

// Posted: whoever ends one reading is still within it.
void ApiOutlet::read_next() {
  again_ = needs_.agenda.after(Duration{0}, [this] {
    if (!to_read_.empty()) {
      kube::PagesWanted next = std::move(to_read_.back());
      to_read_.pop_back();
      reading_ = std::make_unique<kube::ObjectPages>(needs_.transport, std::move(next));
      return;
    }
    reading_.reset();
    // In this order: what stands there is known before anything is told.
    desk_->remember(std::exchange(written_, {}));
    leads_ = true;
    desk_->tell_all();
  });
}

void ApiOutlet::take(std::string_view object) {
  auto read = status::read_status(object);
  if (!read) return;
  writer_.remember(key_text(read->key), object);
  told_[read->key] = in_short(*read);
  written_.push_back(std::move(*read));
}

void ApiOutlet::put(const MailServerStatus& status) {
  if (!leads_) return;
  needs_.agenda.post(
      [this, shared = std::make_shared<const MailServerStatus>(status)] { tell(shared); });
}

void ApiOutlet::tell(const Shared& status) {
  if (!leads_) return;
  const auto target = target_of(status->key);
  if (!target) return;
  const auto before = told_.find(status->key);
  const bool fresh = before == told_.end() || before->second.conditions.empty();
  const bool changed = !fresh && before->second.generation != status->generation;
  writer_.put({.key = key_text(status->key),
               .target = *target,
               .body = status::status_body(*status),
               .rank = changed ? kube::Rank::Changed
                       : fresh ? kube::Rank::Fresh
                               : kube::Rank::Refresh});
  note(*status);
}

void ApiOutlet::note(const MailServerStatus& status) {
  MailServerStatus& told = told_[status.key];
  const bool same_object = told.uid == status.uid;
  for (status::Transition& one :
       status::transitions(same_object ? told : MailServerStatus{}, status)) {
    recorder_.record({.regarding = {.api_version = std::string(status::kApiVersion),
                                    .kind = status.key.kind,
                                    .space = status.key.object_namespace,
                                    .name = status.key.name,
                                    .uid = status.uid},
                      .warning = one.warning,
                      .action = std::move(one.action),
                      .reason = std::move(one.reason),
                      .note = std::move(one.note)});
  }
  told = in_short(status);
}

void ApiOutlet::put(const status::MailClassStatus& status) {
  const auto target = target_of(status.key);
  if (!leads_ || !target) return;
  needs_.agenda.post([this, write = kube::StatusWrite{.key = key_text(status.key),
                                                      .target = *target,
                                                      .body = status::status_body(status),
                                                      .rank = kube::Rank::Fresh}] {
    if (leads_) writer_.put(write);
  });
}

void ApiOutlet::remove(const model::ObjectKey& key) {
  if (!leads_) return;
  needs_.agenda.post([this, key] {
    told_.erase(key);
    writer_.forget(key_text(key));
  });
}

std::optional<std::string> ApiOutlet::target_of(const model::ObjectKey& key) const {
  const bool of_class = key.kind == "MailClass";
  auto target = kube::target_of({.group = kGroup,
                                 .version = kVersion,
                                 .plural = of_class ? "mailclasses" : "mailservers",
                                 .in_namespace = key.object_namespace,
                                 .name = key.name,
                                 .subresource = "status"});
  if (!target) return std::nullopt;
  *target =
      kube::with_query(std::move(*target), "fieldManager", "postern.dev/" + terms_.ingress_class);
  return kube::with_query(std::move(*target), "force", "true");
}

}  // namespace postern::controller_app
