// Visit: everything a session needs before its relay, in one heap block that is freed when relaying
// begins. The steps hold what only they need; what several need is the visit's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/base/secret.h"
#include "common/config/backend.h"
#include "proxy/dialogue/front.h"
#include "proxy/policy/asker.h"
#include "proxy/policy/auth_chain.h"
#include "proxy/policy/balancing.h"
#include "proxy/policy/facts.h"
#include "proxy/policy/question.h"
#include "proxy/session/drive.h"
#include "proxy/session/snapshots.h"
#include "proxy/upstream/reach.h"

namespace postern::session {

class Session;
class Worker;

// Where to, and within which time: one route, its endpoints, the deadline for all of them.
struct Approach {
  std::string backend_name;  // BACKEND resource
  const config::Backend* backend = nullptr;
  const config::BackendPort* port = nullptr;
  const net::TlsClient* tls = nullptr;
  upstream::Reach reach;
  policy::Candidate destination;  // tried now
  Instant began{};
  Instant dialled{};                      // the destination
  Instant connected{};                    // there
  Instant by{};                           // connecting, TLS, login and retries together
  std::vector<std::string> been_at = {};  // members that sent the login on (redirect.h)
};

// TLS with the client: at once, or after STARTTLS.
struct Securing {
  Instant by{};
  bool begun = false;
  Instant began{};  // with the client's first octets
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);

 private:
  [[nodiscard]] std::optional<Outcome> begin(Session& session, Worker& worker);
};

// The dialogue with the client.
struct Conversing {
  bool told_expired = false;
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);
};

// A refusal is held back, so that unknown users and wrong passwords take the same time.
struct Holding {
  dialogue::Refused refusal;
  Instant until{};
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);
};

// What failures before cost a login: it waits before anybody is asked.
struct Delaying {
  Instant until{};
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);
};

// A login as the history counts it (protect.h).
struct Login {
  std::string account;   // whose credentials they are, lower case; empty: not known
  Instant arrived{};     // when they came
  bool vouched = false;  // somebody said yes to them
};

// A bearer token, and the mechanism by which the client has shown it.
struct Token {
  Mechanism mechanism = Mechanism::XOAuth2;
  Secret secret;
};

// Who the credentials belong to: what is routed by, and what the backend is told.
struct Identity {
  std::string mailbox;  // as given: not canonical yet
  std::string name;     // whose credentials they are, for the login at the backend
  std::string authzid;  // not empty: he is somebody else than the mailbox's user
  Secret password;      // empty: none is left for the backend
  std::optional<Token> token;
  std::optional<ServerAddress> backend;  // where an auth service says that his mail is
  bool verified = false;                 // by somebody else than his mail pod
};

// The providers are asked, one after the other.
struct Judging {
  explicit Judging(policy::AuthChain with) : chain(std::move(with)) {}
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);

  policy::AuthChain chain;
  policy::Asked asked;
  std::optional<policy::Answer> answer;  // has come, and was not looked at yet
  std::optional<Instant> again_at;       // the provider wants to be asked again
  int repeats = 0;

 private:
  [[nodiscard]] std::optional<Outcome> take(policy::Answer said, Session& session, Worker& worker);
  void ask(Session& session, Worker& worker);
};

// Towards one endpoint: connect, PROXY header, implicit TLS.
struct Reaching {
  enum class Phase : std::uint8_t { Dialling, Connecting, Introducing, Handshaking };

  explicit Reaching(Approach to) : approach(std::move(to)) {}
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);

  Approach approach;
  Phase phase = Phase::Dialling;
  Instant connect_by{};
  dialogue::Reply header;  // PROXY protocol, said before anything else

 private:
  [[nodiscard]] std::optional<Outcome> choose(Session& session, Worker& worker);
  [[nodiscard]] std::optional<Outcome> dial(Session& session, Worker& worker);
  [[nodiscard]] std::optional<Outcome> connect(Session& session, Worker& worker);
  [[nodiscard]] std::optional<Outcome> introduce(Session& session, Worker& worker);
  [[nodiscard]] Outcome handshake(Session& session, Worker& worker);
  [[nodiscard]] Outcome give_up(Session& session, Worker& worker, dialogue::Failure failure,
                                std::string_view detail);
};

// The login at the backend.
struct Announcing {
  Announcing(Approach to, std::unique_ptr<dialogue::Back> with);
  [[nodiscard]] Outcome proceed(Session& session, Worker& worker);

  Approach approach;
  std::unique_ptr<dialogue::Back> back;
  BackDrive drive;
  Buffer in;
  dialogue::Reply out;
  bool handshaking = false;   // STARTTLS was agreed on
  dialogue::Welcome welcome;  // once it has let him in

 private:
  [[nodiscard]] std::optional<Outcome> handshake(Session& session, Worker& worker);
  [[nodiscard]] std::optional<Outcome> take(dialogue::BackStep step, Session& session,
                                            Worker& worker);
  [[nodiscard]] Outcome refused(Session& session, Worker& worker, dialogue::BackRefused refusal);
};

struct Visit {
  // `at` is the newest snapshot's, `slot` the session's.
  Visit(Snapshots& snapshots, std::uint32_t slot, const config::Listener& at);

  // The tenant of the listener that this session belongs to now, and its server.
  [[nodiscard]] const config::Tenant& tenant() const { return listener->tenants[tenant_index]; }
  SnapshotHold prepared;
  const config::Listener* listener;
  std::size_t tenant_index = 0;
  bool is_named = false;    // SNI has chosen it, and no name can choose another
  bool is_nobodys = false;  // the name that was shown last is no tenant's
  const config::Server* server;
  policy::Facts facts;
  std::string tls_version;  // of the client's TLS, ours or a balancer's; empty: none
  std::optional<policy::ProxyHeaderFacts> proxy_header;  // for auth services; believed or not
  std::unique_ptr<dialogue::Front> front;
  FrontDrive drive;
  Buffer in;  // what the client said and nobody consumed yet
  dialogue::Reply out;
  bool sent_away = false;  // its snapshot is too old; told once
  Instant login_by{};      // absolute: from the greeting or the last refused login
  std::optional<dialogue::Evidence> evidence;  // from Attempt until it was judged
  std::optional<Identity> identity;            // from then until the backend has decided
  Login login;                                 // the one that is tried now
  std::uint32_t attempts = 0;                  // logins that were tried
  bool unknown_user = false;                   // as a provider said of the last one
  std::optional<std::uint32_t> ttl;            // hops left, as a proxy before us claims
  Instant attempted{};                         // when they came
  std::string backend_early;  // what the backend said after its yes: the relay's first octets
  std::variant<Securing, Conversing, Delaying, Judging, Holding, Reaching, Announcing> step;
};

}  // namespace postern::session
