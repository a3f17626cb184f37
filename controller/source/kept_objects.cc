#include "controller/source/kept_objects.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "controller/world/references.h"

namespace postern::source {

namespace {

using model::ObjectKey;

Haste haste_of(const ObjectKey& key) {
  if (key.kind == "Secret") return Haste::AtOnce;
  return key.kind == "EndpointSlice" ? Haste::Endpoints : Haste::Ordinary;
}

bool is_content(const ObjectKey& key) { return key.kind == "Secret" || key.kind == "ConfigMap"; }

// Objects of others, of which there are many, and which their own controllers answer for.
bool is_told_of_problems(const ObjectKey& key) {
  return key.kind != "Service" && key.kind != "EndpointSlice" && key.kind != "Namespace";
}

std::set<ObjectKey> content_named_by(const model::SharedObject& object) {
  std::set<ObjectKey> out;
  if (object == nullptr) return out;
  if (const auto* server = model::as<model::MailServer>(*object)) {
    out = world::references_of(*server);
  } else if (const auto* mail_class = model::as<model::MailClass>(*object)) {
    out = world::references_of(*mail_class);
  }
  std::erase_if(out, [](const ObjectKey& key) { return !is_content(key); });
  return out;
}

// Its spec is all that matters of it, and that has a number.
bool counts_generations(const ObjectKey& key) {
  return key.kind == "MailServer" || key.kind == "MailClass";
}

model::Problem problem_of(const ObjectKey& key, std::string reason, std::string message) {
  model::Problem out;
  out.object = key;
  out.reason = std::move(reason);
  out.message = std::move(message);
  return out;
}

bool is_older(const kube::Revision& a, const kube::Revision& b) { return a && b && *a < *b; }

}  // namespace

KeptObjects::KeptObjects(std::string class_name, std::function<void(const ObjectKey&)> ask)
    : class_name_(std::move(class_name)), ask_(std::move(ask)) {}

std::optional<Reading> KeptObjects::read(const Scope& scope, std::string_view json) {
  auto text = ObjectText::read(*scope.kind, json);
  if (!text) {
    say(scope, "NotReadable",
        fmt::format("the API server tells of an object that cannot be read: {}; what is known "
                    "stays",
                    text.error()));
    return std::nullopt;
  }
  const Identity& identity = text->identity();
  const auto only = [&](Reading::Is is) { return Reading{is, {identity, nullptr, {}}}; };
  const bool is_foreign = !identity.ingress_class.empty() && identity.ingress_class != class_name_;
  if (is_foreign) return only(Reading::Is::Foreign);
  if (scope.kind->is_content && !wants(identity.key)) return only(Reading::Is::Unnamed);
  const auto row = rows_.find(identity.key);
  const bool as_before = row != rows_.end() && counts_generations(identity.key) &&
                         identity.generation != 0 && !row->second.lost &&
                         row->second.generation == identity.generation &&
                         row->second.uid == identity.uid;
  if (as_before) return only(Reading::Is::AsBefore);
  return Reading{Reading::Is::Decoded, text->decode(decoder_)};
}

std::optional<ObjectKey> KeptObjects::key_of(const Scope& scope, std::string_view json) {
  const auto text = ObjectText::read(*scope.kind, json);
  return text ? std::optional(text->identity().key) : std::nullopt;
}

void KeptObjects::put(Reading reading) {
  const Identity& identity = reading.read.identity;
  const ObjectKey key = identity.key;
  switch (reading.is) {
    case Reading::Is::Foreign: return remove(key);
    case Reading::Is::AsBefore: rows_[key].revision = identity.revision; return;
    case Reading::Is::Decoded: return put_decoded(std::move(reading.read));
    case Reading::Is::Unnamed: break;
  }
  Row& row = rows_[key];
  const bool is_news = row.revision != identity.revision || !row.revision;
  row.uid = identity.uid;
  row.revision = identity.revision;
  if (wants(key)) {
    // It was not when the text was read.
    if (is_news || row.object == nullptr) ask_(key);
  } else {
    set_object(key, row, nullptr);
  }
}

void KeptObjects::put_decoded(ReadObject read) {
  const ObjectKey key = read.identity.key;
  Row& row = rows_[key];
  const bool is_another = row.uid != read.identity.uid;
  row.uid = std::move(read.identity.uid);
  row.generation = read.identity.generation;
  row.revision = read.identity.revision;
  row.lost = false;
  if (!is_told_of_problems(key)) read.problems.clear();
  for (model::Problem& problem : read.problems) {
    problem.uid = row.uid;
    problem.generation = row.generation;
  }
  set_problems(key, std::move(read.problems));
  if (is_content(key) && !wants(key)) read.object = nullptr;
  if (read.object != nullptr) return set_object(key, row, std::move(read.object));
  // What a grant allowed must not outlast it, nor endpoints the Service that a slice was of, nor an
  // object of before another of its name; but what a class forbade stays forbidden.
  const bool goes = (is_another && !is_class_in_force(key)) || key.kind == "ReferenceGrant" ||
                    key.kind == "EndpointSlice" || (is_content(key) && !wants(key));
  if (goes) set_object(key, row, nullptr);
  row.lost = is_another && row.object != nullptr;
}

void KeptObjects::remove(const ObjectKey& key) {
  const auto row = rows_.find(key);
  if (row == rows_.end()) return;
  if (row->second.object != nullptr && is_class_in_force(key)) {
    row->second.lost = true;
    return set_problems(
        key, {problem_of(key, "ClassNotFound",
                         "is gone, and what it forbade stays forbidden: make it again, or let "
                         "the IngressClass name another")});
  }
  set_problems(key, {});
  set_object(key, row->second, nullptr);
  rows_.erase(key);
}

void KeptObjects::replace(const Scope& scope, Readings all) {
  const std::string kind(scope.kind->kind);
  std::vector<ObjectKey> missing;
  for (auto row = rows_.lower_bound(ObjectKey{kind, scope.object_namespace, ""});
       row != rows_.end() && row->first.kind == kind; ++row) {
    const bool is_within =
        scope.object_namespace.empty() || row->first.object_namespace == scope.object_namespace;
    if (!is_within) break;
    if (!all.contains(row->first)) missing.push_back(row->first);
  }
  for (const ObjectKey& key : missing) remove(key);
  for (auto& [key, reading] : all) put(std::move(reading));
}

void KeptObjects::answer(const WatchedKind& kind, const ObjectKey& key, std::string_view json) {
  const auto row = rows_.find(key);
  // It was deleted meanwhile, or is not wanted any more.
  if (row == rows_.end() || !wants(key)) return;
  auto text = ObjectText::read(kind, json);
  if (!text || text->identity().key != key) return;
  const kube::Revision& revision = text->identity().revision;
  const bool is_known =
      row->second.object != nullptr && row->second.revision == revision && !problems_.contains(key);
  // An older one than the watch told of: the next answer is newer.
  if (is_older(revision, row->second.revision)) return ask_(key);
  if (!is_known) put_decoded(text->decode(decoder_));
}

void KeptObjects::not_readable(const ObjectKey& key, const std::string& words) {
  if (rows_.contains(key)) set_problems(key, {problem_of(key, "NotReadable", words)});
}

bool KeptObjects::wants(const ObjectKey& key) const { return names_.contains(key); }

void KeptObjects::set_object(const ObjectKey& key, Row& row, model::SharedObject object) {
  const bool same = row.object == object ||
                    (row.object != nullptr && object != nullptr && *row.object == *object);
  if (same) return;
  const model::SharedObject before = std::exchange(row.object, std::move(object));
  const model::SharedObject now = row.object;
  tell(key, now);
  count_names(before, now);
  if (key.kind == "IngressClass" && key.name == class_name_) let_lost_classes_go();
}

void KeptObjects::tell(const ObjectKey& key, model::SharedObject object) {
  batch_.haste = batch_.objects.empty() ? haste_of(key) : std::max(batch_.haste, haste_of(key));
  batch_.objects.emplace_back(key, std::move(object));
}

void KeptObjects::set_problems(const ObjectKey& key, model::Problems problems) {
  const auto known = problems_.find(key);
  if (known == problems_.end() && problems.empty()) return;
  problems_changed_ = true;
  if (problems.empty()) {
    problems_.erase(known);
  } else {
    problems_[key] = std::move(problems);
  }
}

void KeptObjects::count_names(const model::SharedObject& before, const model::SharedObject& now) {
  const std::set<ObjectKey> old = content_named_by(before);
  const std::set<ObjectKey> wanted = content_named_by(now);
  for (const ObjectKey& key : wanted) {
    if (!old.contains(key)) name(key);
  }
  for (const ObjectKey& key : old) {
    if (!wanted.contains(key)) unname(key);
  }
}

void KeptObjects::name(const ObjectKey& key) {
  if (++names_[key] > 1) return;
  if (rows_.contains(key)) ask_(key);
}

void KeptObjects::unname(const ObjectKey& key) {
  if (--names_[key] > 0) return;
  names_.erase(key);
  const auto row = rows_.find(key);
  if (row == rows_.end()) return;
  set_problems(key, {});
  set_object(key, row->second, nullptr);
}

bool KeptObjects::is_class_in_force(const ObjectKey& key) const {
  if (key.kind != "MailClass") return false;
  const auto row = rows_.find(ObjectKey{"IngressClass", "", class_name_});
  if (row == rows_.end() || row->second.object == nullptr) return false;
  const auto* ours = model::as<model::IngressClass>(*row->second.object);
  return ours->controller == model::kControllerName && ours->parameters &&
         ours->parameters->mail_class == key.name;
}

void KeptObjects::let_lost_classes_go() {
  std::vector<ObjectKey> lost;
  for (auto row = rows_.lower_bound(ObjectKey{"MailClass", "", ""});
       row != rows_.end() && row->first.kind == "MailClass"; ++row) {
    if (row->second.lost && !is_class_in_force(row->first)) lost.push_back(row->first);
  }
  for (const ObjectKey& key : lost) remove(key);
}

void KeptObjects::say(const Scope& scope, const std::string& reason, const std::string& words) {
  const ObjectKey key{std::string(scope.kind->kind), scope.object_namespace, ""};
  set_problems(key,
               words.empty() ? model::Problems{} : model::Problems{problem_of(key, reason, words)});
}

Batch KeptObjects::take_batch() {
  Batch out = std::exchange(batch_, {});
  if (std::exchange(problems_changed_, false)) {
    out.problems.emplace();
    for (const auto& [key, problems] : problems_) {
      std::ranges::copy(problems, std::back_inserter(*out.problems));
    }
  }
  return out;
}

}  // namespace postern::source
