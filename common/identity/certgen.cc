#include "common/identity/certgen.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/identity/certgen_authority.h"
#include "common/identity/files.h"
#include "common/identity/pair.h"

namespace postern::identity {

namespace {

constexpr std::chrono::hours kLeafLife{24 * 90};
constexpr mode_t kPrivate = 0600;
constexpr mode_t kPublic = 0644;

struct Leaf {
  std::string folder;
  Identity who;
  std::string authorities;  // what its ca.crt has to be
  bool authorities_written = false;
  std::optional<Validity> valid{};  // what lies there is kept
  Minted made;                      // else
};

std::string text_of(const std::vector<Certificate>& certificates) {
  std::string out;
  for (const Certificate& one : certificates) out += pem_of(one.get());
  return out;
}

// What an authority of before signed goes on being trusted until that authority expires.
std::vector<Certificate> joined(const std::vector<Certificate>& first, ByteView before,
                                WallTime now) {
  std::vector<Certificate> out = read_certificates(text_of(first));
  for (Certificate& one : unexpired(before, now)) {
    const bool known = std::any_of(out.begin(), out.end(), [&](const Certificate& other) {
      return X509_cmp(one.get(), other.get()) == 0;
    });
    if (!known) out.push_back(std::move(one));
  }
  return out;
}

Result<void, std::string> refuse_other_class(const Leaf& leaf, ByteView chain, WallTime now) {
  for (const Certificate& one : unexpired(chain, now)) {
    const auto who = identity_of(one.get());
    if (!who || *who == leaf.who) continue;
    return Fail<std::string>(
        fmt::format("{}/tls.crt is valid and for {}, not for {}: each class has a directory of its "
                    "own",
                    printable(leaf.folder), uri_of(*who), uri_of(leaf.who)));
  }
  return {};
}

class Plan {
 public:
  Plan(std::string directory, std::string ingress_class, WallTime now)
      : directory_(std::move(directory)), class_(std::move(ingress_class)), now_(now) {}

  Result<void, std::string> make() {
    auto authority = find_authority(directory_, class_, now_);
    if (!authority) return Fail<std::string>(authority.error());
    authority_ = std::move(*authority);
    for (const Role role : {Role::Controller, Role::Proxy}) {
      auto leaf = plan_leaf(role);
      if (!leaf) return Fail<std::string>(leaf.error());
      leaves_.push_back(std::move(*leaf));
    }
    return {};
  }

  Result<CertgenReport, std::string> carry_out() {
    auto done = make_folder(directory_);
    const bool fresh = !authority_.made.certificate.empty();
    if (done) done = put("ca.key", fresh, authority_.made.key.reveal(), {kPrivate, {}});
    if (done) {
      const WallTime until = validity_of(authority_.trusted.front().get()).ends;
      done = put("ca.crt", fresh, authority_.made.certificate, {kPublic, until});
    }
    for (auto leaf = leaves_.begin(); done && leaf != leaves_.end(); ++leaf) done = write(*leaf);
    if (!done) return Fail<std::string>(done.error());
    warn_of_authority();
    return std::move(report_);
  }

 private:
  struct Form {
    mode_t mode;
    std::optional<WallTime> until;
  };

  Result<Leaf, std::string> plan_leaf(Role role) {
    Leaf leaf{fmt::format("{}/{}", directory_, word_of(role)), {role, class_}, {}, false, {}, {}};
    const auto before = read_if_there(leaf.folder + "/ca.crt");
    if (!before) return Fail<std::string>(before.error());
    const auto chain = read_if_there(leaf.folder + "/tls.crt");
    if (!chain) return Fail<std::string>(chain.error());
    const auto key = read_if_there(leaf.folder + "/tls.key");
    if (!key) return Fail<std::string>(key.error());
    if (auto fine = refuse_other_class(leaf, chain->reveal(), now_); !fine) {
      return Fail<std::string>(fine.error());
    }
    leaf.authorities = text_of(joined(authority_.trusted, before->reveal(), now_));
    leaf.authorities_written = leaf.authorities != text_of(read_certificates(before->reveal()));
    const auto usable =
        check_pair({leaf.authorities, chain->reveal(), key->reveal()}, leaf.who, now_);
    if (usable && !is_due(*usable, now_)) leaf.valid = *usable;
    if (leaf.valid) return leaf;
    if (!authority_.signing) return without_signing(std::move(leaf), usable);
    auto made = mint_leaf({authority_.signing.get(), authority_.key.get()}, leaf.who, leaf_life());
    if (!made) return Fail<std::string>(made.error());
    leaf.made = std::move(*made);
    return leaf;
  }

  // A leaf that still serves is better than an error; one that does not is an error.
  Result<Leaf, std::string> without_signing(Leaf leaf,
                                            const Result<Validity, PairProblem>& usable) {
    const std::string why = fmt::format(
        "{0}/tls.crt cannot be renewed: {1}/ca.key is missing, or is not the key of {1}/ca.crt",
        printable(leaf.folder), printable(directory_));
    if (!usable) return Fail<std::string>(why);
    report_.warnings.push_back(why);
    leaf.valid = *usable;
    return leaf;
  }

  [[nodiscard]] Validity leaf_life() const {
    const WallTime last = validity_of(authority_.signing.get()).ends;
    return {now_ - kClockSkew, std::min(now_ + WallTime::duration(kLeafLife), last)};
  }

  static Result<void, std::string> make_folder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return Fail<std::string>(fmt::format("{} cannot be made: {}", printable(path),
                                         std::generic_category().message(errno)));
  }

  Result<void, std::string> put(const std::string& name, bool write, ByteView octets,
                                const Form& form) {
    const std::string path = directory_ + "/" + name;
    if (write) {
      if (auto done = write_file(path, octets, form.mode); !done) return done;
    } else if (::access(path.c_str(), F_OK) != 0) {
      return {};  // a key that somebody keeps elsewhere
    }
    report_.files.push_back({path, write, form.until});
    return {};
  }

  // The key first: whoever watches takes neither until both fit.
  Result<void, std::string> write(const Leaf& leaf) {
    const std::string folder(word_of(leaf.who.role));
    const bool fresh = !leaf.valid;
    const WallTime until =
        fresh ? validity_of(read_certificates(leaf.made.certificate).front().get()).ends
              : leaf.valid->ends;
    const auto authorities = read_certificates(leaf.authorities);
    const WallTime trusted_until = validity_of(authorities.front().get()).ends;
    auto done = make_folder(leaf.folder);
    if (done) {
      done = put(folder + "/ca.crt", leaf.authorities_written, leaf.authorities,
                 {kPublic, trusted_until});
    }
    if (done) done = put(folder + "/tls.key", fresh, leaf.made.key.reveal(), {kPrivate, {}});
    if (done) done = put(folder + "/tls.crt", fresh, leaf.made.certificate, {kPublic, until});
    return done;
  }

  void warn_of_authority() {
    const Validity valid = validity_of(authority_.trusted.front().get());
    if (!is_due(valid, now_)) return;
    report_.warnings.push_back(fmt::format(
        "the authority expires at {}: take {}/ca.crt and ca.key away and run this again for a new "
        "one; the old one stays trusted meanwhile",
        date_text(valid.ends), printable(directory_)));
  }

  std::string directory_;
  std::string class_;
  WallTime now_;
  Authority authority_;
  std::vector<Leaf> leaves_;
  CertgenReport report_;
};

}  // namespace

bool is_due(const Validity& valid, WallTime now) {
  return now >= valid.begins + (valid.ends - valid.begins) * 2 / 3;
}

Result<CertgenReport, std::string> make_certificates(const std::string& directory,
                                                     const std::string& ingress_class,
                                                     WallTime now) {
  if (!is_class_name(ingress_class)) {
    return Fail<std::string>(
        fmt::format("'{}' is not the name of a class: lower case letters, digits, - and . make one",
                    printable(ingress_class, 64)));
  }
  Plan plan(directory, ingress_class, now);
  if (auto made = plan.make(); !made) return Fail<std::string>(made.error());
  return plan.carry_out();
}

}  // namespace postern::identity
