#include "proxy/adopt/last_known_good_format.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "common/wire/snapshot_codec.h"

namespace postern::adopt {

namespace {

// "postern-last-known-good 1\nproven n\nsha256 <64 digits>\n"
constexpr std::string_view kMagic = "postern-last-known-good ";
constexpr std::uint32_t kFormat = 1;
constexpr std::string_view kProven = "1\nproven ";
constexpr std::string_view kDigest = "\nsha256 ";
constexpr std::size_t kDigestDigits = 64;
constexpr std::size_t kDigestAt = kProofAt + 1 + kDigest.size();
constexpr std::size_t kHeadOctets = kDigestAt + kDigestDigits + 1;
static_assert(kProofAt == kMagic.size() + kProven.size());

constexpr std::size_t kLengthOctets = 4;
constexpr std::size_t kVersionOctets = 8;

// What Pieces wrote, in its order; once something is missing, nothing more is given.
class Reading {
 public:
  explicit Reading(ByteView rest) : rest_(rest) {}

  [[nodiscard]] std::uint64_t number(std::size_t octets) {
    std::uint64_t number = 0;
    for (const char c : take(octets)) {
      number = number << 8 | static_cast<std::uint8_t>(c);
    }
    return number;
  }
  [[nodiscard]] ByteView text() { return take(number(kLengthOctets)); }
  [[nodiscard]] bool goes_on() const { return !short_ && !rest_.empty(); }
  [[nodiscard]] bool is_short() const { return short_; }

 private:
  [[nodiscard]] ByteView take(std::size_t octets) {
    short_ = short_ || octets > rest_.size();
    if (short_) return {};
    const ByteView taken = rest_.substr(0, octets);
    rest_.remove_prefix(octets);
    return taken;
  }

  ByteView rest_;
  bool short_ = false;
};

bool holds_secret(const config::Resource& resource) {
  const auto* material = std::get_if<config::SecretMaterial>(&resource.body);
  if (!material) return false;
  const auto* pair = std::get_if<config::KeyPair>(material);
  const auto* text = std::get_if<config::SecretText>(material);
  const auto* master = std::get_if<config::Credentials>(material);
  return (pair && !pair->key_pem.empty()) || (text && !text->text.empty()) ||
         (master && !master->password.empty());
}

bool is_of_tickets(const config::Resource& resource) {
  const auto* material = std::get_if<config::SecretMaterial>(&resource.body);
  return resource.type() == config::ResourceType::TicketKeys ||
         (material && std::holds_alternative<config::OwnTicketKeys>(*material));
}

// Why the head is not one that can be read; empty: it can.
std::string refuse_head(ByteView octets) {
  if (!octets.starts_with(kMagic)) return "it is not ours";
  std::uint32_t format = 0;
  std::from_chars(octets.data() + kMagic.size(), octets.data() + octets.size(), format);
  if (format > kFormat) return "its format is of a newer program";
  if (octets.size() < kHeadOctets || octets.substr(kMagic.size(), kProven.size()) != kProven ||
      octets.substr(kProofAt + 1, kDigest.size()) != kDigest || octets[kHeadOctets - 1] != '\n') {
    return "its head is wrong";
  }
  const auto proof = static_cast<Proof>(octets[kProofAt]);
  if (proof != Proof::No && proof != Proof::Tried && proof != Proof::Yes) {
    return "its head is wrong";
  }
  if (hex(sha256(octets.substr(kHeadOctets))) != octets.substr(kDigestAt, kDigestDigits)) {
    return "its digest does not fit";
  }
  return {};
}

}  // namespace

void Pieces::put(ByteView octets) {
  if (piece_.size() + octets.size() > kPieceOctets) give();
  if (octets.size() > kPieceOctets) {
    taken_ = taken_ && take_(octets);
  } else {
    piece_.append(octets);
  }
}

void Pieces::give() {
  taken_ = taken_ && (piece_.empty() || take_(piece_));
  wipe(piece_.data(), piece_.size());
  piece_.clear();
}

void Pieces::put_number(std::uint64_t number, std::size_t octets) {
  std::string text;  // of at most 8: it needs no memory
  for (std::size_t left = octets; left > 0; --left) {
    text += static_cast<char>(number >> (left - 1) * 8 & 0xFF);
  }
  put(text);
}

void Pieces::put_text(ByteView text) {
  put_number(text.size(), kLengthOctets);
  put(text);
}

std::string saved_head(Proof proof, const Sha256& digest) {
  return fmt::format("{}{}{}{}{}\n", kMagic, kProven, static_cast<char>(proof), kDigest,
                     hex(digest));
}

bool write_body(const SavedConfig& config, PrivateKeys keys, Pieces& out) {
  out.put_text(config.version);
  out.put_number(config.revision.size(), kLengthOctets);
  for (const CollectionRevision& one : config.revision) {
    out.put_text(one.collection);
    out.put_number(one.resource_version, kVersionOctets);
  }
  for (const auto& resource : config.resources) {
    if (keys == PrivateKeys::LeaveOut && holds_secret(*resource)) continue;
    // Whoever read them from the file could read what was said: never, on whatever medium.
    if (is_of_tickets(*resource)) continue;
    std::string octets = wire::octets(*resource);
    out.put_text(octets);
    wipe(octets.data(), octets.size());
  }
  return out.finish();
}

Result<SavedFile, std::string> read_saved(ByteView octets) {
  if (std::string reason = refuse_head(octets); !reason.empty()) {
    return Fail<std::string>(std::move(reason));
  }
  SavedFile file;
  file.proof = static_cast<Proof>(octets[kProofAt]);
  Reading reading(octets.substr(kHeadOctets));
  file.config.version = reading.text();
  for (auto left = reading.number(kLengthOctets); left > 0 && !reading.is_short(); --left) {
    std::string collection(reading.text());
    file.config.revision.push_back({std::move(collection), reading.number(kVersionOctets)});
  }
  while (reading.goes_on()) {
    const ByteView one = reading.text();
    if (reading.is_short()) break;
    if (auto resource = wire::from_octets(one)) {
      file.config.resources.push_back(
          std::make_shared<const config::Resource>(std::move(*resource)));
    } else {
      ++file.left_out;
    }
  }
  if (reading.is_short()) return Fail<std::string>("its body is wrong");
  return file;
}

}  // namespace postern::adopt
