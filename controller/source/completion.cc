#include "controller/source/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "controller/decode/core_objects.h"
#include "controller/source/data_files.h"
#include "controller/source/service_hosts.h"
#include "controller/source/way.h"

namespace postern::source {

namespace {

const model::SecretObject* secret_from_files(const Document& document) {
  if (document.decoded == nullptr) return nullptr;
  const auto* secret = std::get_if<model::SecretObject>(document.decoded.get());
  if (secret == nullptr) return nullptr;
  static const std::string kAnnotation(decode::kDataFromFiles);
  return secret->meta.annotations.contains(kAnnotation) ? secret : nullptr;
}

const model::ServiceObject* service_by_names(const Document& document) {
  if (document.decoded == nullptr) return nullptr;
  const auto* service = std::get_if<model::ServiceObject>(document.decoded.get());
  return service == nullptr || service->address_names.empty() ? nullptr : service;
}

// What every read asks of every Secret, and nearly always finds.
bool as_it_was(const Document& document) {
  const bool was_read = document.object != nullptr || !document.completion_problems.empty();
  return was_read && !document.data_files.empty() &&
         std::ranges::all_of(document.data_files, [](const DataFile& file) {
           return file.seen.still(look_at(file.path));
         });
}

struct Looked {
  std::vector<DataFile> files;
  bool other = false;  // than when they were read
  bool settled = true;
};

Looked look_at_files(const Document& document, const model::SecretObject& secret,
                     const Surroundings& around) {
  Looked out;
  const std::vector<std::string> paths = data_files_of(secret, document.place.file);
  const std::vector<DataFile>& known = document.data_files;
  // The annotation is that of the same document: the same files in the same order, or none yet.
  const bool first_time = known.size() != paths.size();
  out.other = first_time || (document.object == nullptr && document.completion_problems.empty());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Look look = look_at(paths[i]);
    out.files.push_back({paths[i], seen(look, around.wall), {}});
    if (!first_time && known[i].seen.still(look)) continue;
    out.other = true;
    if (around.settling == nullptr) continue;
    out.settled = around.settling->settled(paths[i], look) && out.settled;
  }
  return out;
}

Completed complete_secret(Document& document, const model::SecretObject& secret,
                          const Surroundings& around) {
  if (as_it_was(document)) return {};
  Looked looked = look_at_files(document, secret, around);
  if (!looked.other) return {};
  // A pair whose first half is new and whose second half is old would fit nothing.
  if (!looked.settled) return {};
  const std::vector<DataFile> before = std::exchange(document.data_files, std::move(looked.files));
  document.completion_problems.clear();
  auto filled = std::make_shared<model::Object>(secret);
  const bool all = read_data_files(std::get<model::SecretObject>(*filled), document.place.file,
                                   document.completion_problems);
  document.object = all ? std::move(filled) : nullptr;
  for (DataFile& file : document.data_files) {
    file.way = way_to(file.path);
    // No stamp tells when a file that could not be read can be.
    file.seen.firm = file.seen.firm && all;
  }
  const bool other_ways =
      !std::ranges::equal(before, document.data_files, {}, &DataFile::way, &DataFile::way);
  return {true, other_ways, static_cast<int>(document.data_files.size())};
}

const model::MailServer* server_by_names(const Document& document) {
  if (document.decoded == nullptr) return nullptr;
  if (service_hosts(*document.decoded).empty()) return nullptr;
  return model::as<model::MailServer>(*document.decoded);
}

model::Problem name_problem(const model::Meta& meta, std::string field, std::string message) {
  model::Problem out;
  out.object = meta.key;
  out.field = std::move(field);
  out.place = meta.place_of(out.field);
  out.reason = "NameNotResolved";
  out.message = std::move(message);
  // The manifest is right; it is the world that is not.
  out.severity = model::Severity::Warning;
  return out;
}

struct Resolved {
  std::vector<IpAddress> addresses;
  std::vector<std::string> messages;
  bool all_answered = true;
};

Resolved resolve(const std::vector<std::string>& wanted, const AddressNames& names) {
  Resolved out;
  for (const std::string& name : wanted) {
    if (const auto address = IpAddress::parse(name)) {
      out.addresses.push_back(*address);
      continue;
    }
    const auto answer = names.answer(name);
    if (!answer) {
      out.all_answered = false;
      out.messages.push_back(name + " has not been resolved yet: it is still asked for");
      continue;
    }
    if (!answer->problem.empty()) {
      const char* stays = answer->addresses.empty() ? "" : "; the addresses that it had stay";
      out.messages.push_back(fmt::format("{} {}{}", name, answer->problem, stays));
    }
    for (const IpAddress& one : answer->addresses) {
      if (std::ranges::find(out.addresses, one) == out.addresses.end()) {
        out.addresses.push_back(one);
      }
    }
  }
  return out;
}

bool same_messages(const model::Problems& problems, const std::vector<std::string>& messages) {
  return std::ranges::equal(problems, messages, {}, &model::Problem::message);
}

Completed complete_service(Document& document, const model::ServiceObject& service,
                           const Surroundings& around) {
  Resolved resolved = resolve(service.address_names, around.names);
  // Endpoints that may be there in a moment must not be taken away for that moment.
  if (!resolved.all_answered && around.known(document.key)) return {};
  if (document.object != nullptr &&
      std::get<model::ServiceObject>(*document.object).addresses == resolved.addresses &&
      same_messages(document.completion_problems, resolved.messages)) {
    return {};
  }
  document.completion_problems.clear();
  for (std::string& message : resolved.messages) {
    document.completion_problems.push_back(
        name_problem(service.meta, fmt::format("metadata.annotations['{}']", decode::kAddresses),
                     std::move(message)));
  }
  document.object = std::make_shared<model::Object>(service);
  std::get<model::ServiceObject>(*document.object).addresses = std::move(resolved.addresses);
  return {.another = true};
}

// Hosts of auth services: each provider's own.
Completed complete_server(Document& document, const model::MailServer& server,
                          const Surroundings& around) {
  model::MailServer filled = server;
  model::Problems problems;
  bool all_answered = true;
  for (std::size_t i = 0; i < filled.providers.size(); ++i) {
    auto* http = std::get_if<model::HttpProviderSpec>(&filled.providers[i].kind);
    const std::string name = http == nullptr ? "" : http->endpoint.name_to_resolve();
    if (name.empty()) continue;
    Resolved resolved = resolve({name}, around.names);
    all_answered = all_answered && resolved.all_answered;
    http->endpoint.url_addresses = std::move(resolved.addresses);
    for (std::string& message : resolved.messages) {
      problems.push_back(name_problem(server.meta,
                                      fmt::format("spec.authentication.providers[{}].http.url", i),
                                      std::move(message)));
    }
  }
  if (!all_answered && around.known(document.key)) return {};
  const bool is_same = document.object != nullptr &&
                       *model::as<model::MailServer>(*document.object) == filled &&
                       std::ranges::equal(document.completion_problems, problems, {},
                                          &model::Problem::message, &model::Problem::message);
  if (is_same) return {};
  document.completion_problems = std::move(problems);
  document.object = std::make_shared<model::Object>(std::move(filled));
  return {.another = true};
}

}  // namespace

bool needs_completion(const Document& document) {
  return secret_from_files(document) != nullptr || service_by_names(document) != nullptr ||
         server_by_names(document) != nullptr;
}

void names_in(const Document& document, std::set<std::string>& out) {
  if (document.decoded != nullptr) out.merge(service_hosts(*document.decoded));
  const model::ServiceObject* service = service_by_names(document);
  if (service == nullptr) return;
  for (const std::string& name : service->address_names) {
    if (!IpAddress::parse(name)) out.insert(name);
  }
}

Completed complete(Document& document, const Surroundings& surroundings) {
  if (const auto* secret = secret_from_files(document)) {
    return complete_secret(document, *secret, surroundings);
  }
  if (const auto* service = service_by_names(document)) {
    return complete_service(document, *service, surroundings);
  }
  if (const auto* server = server_by_names(document)) {
    return complete_server(document, *server, surroundings);
  }
  return {};
}

}  // namespace postern::source
