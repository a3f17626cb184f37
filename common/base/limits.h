// Every limit that is not a setting: value, unit, reason. Settings have their defaults in
// common/config; these are the bounds that no setting can move.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace postern::limits {

// RFC 9051 sets no limit for a tag; 32 is nginx's and more than any client sends. Security R3.
inline constexpr std::size_t kImapTagOctets = 32;
// RFC 2971 §3.3: at most 30 pairs; longer lists are an attack. A list inside is refused at its
// first parenthesis, so no depth is counted (CVE-2026-27857 was memory spent on them).
inline constexpr std::size_t kImapIdPairs = 30;
// RFC 7162 §4 recommends 8 KiB for a command line; `limits.maxCommandBytes` may lower or raise it.
inline constexpr std::size_t kCommandOctets = 8192;
// RFC 4954 §4.3: 12288 octets hold every SASL exchange, OAuth tokens included.
inline constexpr std::size_t kSaslLineOctets = 12288;
// RFC 7888 §5: LITERAL- forbids larger ones; a refused one up to this size is read past.
inline constexpr std::size_t kNonSyncLiteralOctets = 4096;
// Security R4: longer than any mailbox name (RFC 5321: 254) or password.
inline constexpr std::size_t kNameOctets = 1024;
inline constexpr std::size_t kPasswordOctets = 4096;
// Bearer tokens are longer: what fits a SASL line.
inline constexpr std::size_t kTokenOctets = 9216;
// A text out of a Secret becomes a header's value: far above what any header may be long.
inline constexpr std::size_t kHeaderTextOctets = 65'536;
// Places of one auth service that proxies are told.
inline constexpr std::size_t kServiceAddresses = 1024;
// What the front may have written and the client not read: a client that pipelines and does not
// read stops itself.
inline constexpr std::size_t kReplyOctets = 8192;
// Before login a backend may say this much in all, unless `limits.maxReplyBytes` says otherwise.
inline constexpr std::size_t kBackendReplyOctets = 16384;
// What a session may relay in one turn before others have theirs.
inline constexpr std::size_t kRelayTurnOctets = std::size_t{256} << 10;
// Steps of a dialogue in one turn.
inline constexpr int kDialogueStepsPerTurn = 64;
// RE2 of a rule's userPattern: its program and what it caches while matching. A pattern of 256
// octets that a person wrote needs some KiB; one that needs more is refused before it is used.
inline constexpr std::int64_t kPatternOctets = std::int64_t{256} << 10;
// A PROXY header comes within this from who has to say one. Security R2: absolute.
inline constexpr std::chrono::seconds kProxyHeaderWait{3};
// Full handshakes a worker does in one turn: 8 × 0.3 ms keeps others' latency below 3 ms.
inline constexpr int kHandshakesPerTurn = 8;
// Closing waits this long, and reads this much, so that a RST does not destroy the last answer.
inline constexpr std::chrono::seconds kLinger{2};
inline constexpr std::size_t kLingerOctets = std::size_t{64} << 10;
// An accept that failed for want of descriptors is tried again after this.
inline constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace postern::limits
