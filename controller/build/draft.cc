#include "controller/build/draft.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace postern::build {

model::Problem problem_of(const model::Meta& meta, Remark remark) {
  model::Problem problem;
  problem.object = meta.key;
  problem.place = meta.place_of(remark.field);
  problem.field = std::move(remark.field);
  problem.reason = std::move(remark.reason);
  problem.message = std::move(remark.message);
  problem.severity = remark.severity;
  return problem;
}

config::SourceRef source_of(const model::Meta& meta) {
  return {meta.key.kind, meta.key.object_namespace, meta.key.name, meta.uid, meta.generation};
}

void ServerDraft::remark(Remark remark) {
  problems.push_back(problem_of(spec->meta, std::move(remark)));
}

void ServerDraft::tell_first(std::size_t said) {
  std::ranges::rotate(problems, problems.begin() + static_cast<std::ptrdiff_t>(said));
}

}  // namespace postern::build
