// What is kept of an answer and for how long, and the answer that is made of it again: the terms of
// config::AnswerCache, in one place. Pure.
#pragma once

#include <optional>

#include "common/base/clock.h"
#include "common/base/secret.h"
#include "common/config/provider.h"
#include "proxy/policy/question.h"
#include "proxy/verdicts/verdict_table.h"

namespace postern::verdicts {

// Nothing: such an answer is not kept. `sealing`: made of the client's secret, if he showed one.
[[nodiscard]] std::optional<Verdict> verdict_of(const policy::Answer& answer,
                                                const config::AnswerCache& terms,
                                                const VerdictKey& key,
                                                const std::optional<Secret>& sealing, Instant now);
// Nothing: it cannot be opened.
[[nodiscard]] std::optional<policy::Answer> answer_of(const Verdict& verdict, const VerdictKey& key,
                                                      const std::optional<Secret>& sealing);
// An answer for each of several who asked the same.
[[nodiscard]] policy::Answer copy_of(const policy::Answer& answer);

}  // namespace postern::verdicts
