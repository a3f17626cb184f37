#include "proxy/auth/json_members.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include "common/base/ascii.h"
#include "common/base/limits.h"

namespace postern::auth {

namespace {

namespace json = boost::json;

// Which object is open: the answer's members have a meaning in two of them, and names in a third.
enum class Place : std::uint8_t { Answer, Backend, Attributes, Foreign };
enum class Kind : std::uint8_t { Unknown, Text, Number, Password, Object, Attribute };

struct Known {
  Place place;
  std::string_view name;
  Kind kind;
  std::size_t index;  // of a text or a number; of an object the Place inside it
};

constexpr std::size_t at(TextMember member) { return static_cast<std::size_t>(member); }
constexpr std::size_t at(NumberMember member) { return static_cast<std::size_t>(member); }
constexpr std::size_t at(Place place) { return static_cast<std::size_t>(place); }

constexpr std::array kKnown = {
    Known{Place::Answer, "version", Kind::Number, at(NumberMember::Version)},
    Known{Place::Answer, "result", Kind::Text, at(TextMember::Result)},
    Known{Place::Answer, "user", Kind::Text, at(TextMember::User)},
    Known{Place::Answer, "acting_as", Kind::Text, at(TextMember::ActingAs)},
    Known{Place::Answer, "password", Kind::Password, 0},
    Known{Place::Answer, "backend", Kind::Object, at(Place::Backend)},
    Known{Place::Answer, "attributes", Kind::Object, at(Place::Attributes)},
    Known{Place::Answer, "ttl", Kind::Number, at(NumberMember::Ttl)},
    Known{Place::Answer, "reason", Kind::Text, at(TextMember::Reason)},
    Known{Place::Answer, "message", Kind::Text, at(TextMember::Message)},
    Known{Place::Answer, "wait", Kind::Number, at(NumberMember::Wait)},
    Known{Place::Backend, "address", Kind::Text, at(TextMember::Address)},
    Known{Place::Backend, "port", Kind::Number, at(NumberMember::Port)},
};

constexpr Known kForeign{Place::Foreign, "", Kind::Unknown, 0};

bool is_attribute_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
  });
}

// What the parser tells, in the order of the octets. False ends the parsing with `fault`.
class Collector {
 public:
  // The parser's own caps; text is capped below, where it is known whose it is.
  static constexpr std::size_t max_object_size = kJsonMembers;
  static constexpr std::size_t max_array_size = kJsonMembers;
  static constexpr std::size_t max_key_size = kJsonNameOctets;
  static constexpr std::size_t max_string_size = std::size_t{16} << 10;

  explicit Collector(ByteView octets) : octets_(octets) {}

  using Error = json::error_code;
  using Text = json::string_view;

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }

  bool on_object_begin(Error& error) {
    if (!begin_value(Kind::Object, error)) return false;
    if (open_.empty()) {
      open_.push_back({Place::Answer, {}});
    } else {
      const bool known = now_.kind == Kind::Object;
      const Place inside = known ? static_cast<Place>(now_.index) : Place::Foreign;
      if (inside == Place::Backend) found.backend = true;
      if (inside == Place::Attributes) found.attributes.emplace();
      open_.push_back({inside, {}});
    }
    return true;
  }
  bool on_object_end(std::size_t, Error&) {
    open_.pop_back();
    return true;
  }
  bool on_array_begin(Error& error) {
    if (!begin_value(Kind::Unknown, error)) return false;
    open_.push_back({Place::Foreign, {}});
    return true;
  }
  bool on_array_end(std::size_t, Error&) {
    open_.pop_back();
    return true;
  }

  bool on_key_part(Text part, std::size_t, Error& error) { return take(part, error); }
  bool on_key(Text part, std::size_t, Error& error) {
    if (!take(part, error)) return false;
    std::string name(text_.view());
    text_.clear();
    Open& here = open_.back();
    if (std::ranges::find(here.names, name) != here.names.end()) {
      return refuse("a name is there twice", error);
    }
    if (here.place == Place::Attributes && !is_attribute_name(name)) {
      return refuse("the name of an attribute is not one", error);
    }
    now_ = known_as(here.place, name);
    here.names.push_back(std::move(name));
    return true;
  }

  bool on_string_part(Text part, std::size_t, Error& error) { return take(part, error); }
  bool on_string(Text part, std::size_t, Error& error) {
    if (!begin_value(Kind::Text, error) || !take(part, error)) return false;
    const bool kept = keep_text(error);
    text_.clear();
    return kept;
  }

  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t value, Text, Error& error) {
    if (value >= 0) return on_uint64(static_cast<std::uint64_t>(value), {}, error);
    return begin_value(Kind::Unknown, error);
  }
  bool on_uint64(std::uint64_t value, Text, Error& error) {
    if (!begin_value(Kind::Number, error)) return false;
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    if (now_.kind == Kind::Number) {
      found.numbers[now_.index] = static_cast<std::uint32_t>(std::min(value, kMost));
    }
    return true;
  }
  bool on_double(double, Text, Error& error) { return begin_value(Kind::Unknown, error); }
  bool on_bool(bool, Error& error) { return begin_value(Kind::Unknown, error); }
  bool on_null(Error& error) { return begin_value(Kind::Unknown, error); }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }

  JsonMembers found;
  std::string fault;

 private:
  struct Open {
    Place place;
    std::vector<std::string> names;
  };

  [[nodiscard]] static Known known_as(Place place, std::string_view name) {
    if (place == Place::Attributes) return {place, "", Kind::Attribute, 0};
    const auto known = std::ranges::find_if(
        kKnown, [&](const Known& one) { return one.place == place && one.name == name; });
    return known == kKnown.end() ? kForeign : *known;
  }

  bool refuse(std::string why, Error& error) {
    fault = std::move(why);
    error = json::error::syntax;
    return false;
  }

  // A value begins, of this kind; what is known has to be of its own.
  bool begin_value(Kind kind, Error& error) {
    if (open_.empty()) {
      return kind == Kind::Object || refuse("the answer is no object", error);
    }
    // Elements of an array have no names.
    if (open_.back().place == Place::Foreign) now_ = kForeign;
    if (++members_ > kJsonMembers) return refuse("too many members", error);
    switch (now_.kind) {
      case Kind::Unknown: return true;
      case Kind::Password:
      case Kind::Attribute: return kind == Kind::Text || wrong_type(error);
      case Kind::Text:
      case Kind::Number:
      case Kind::Object: return kind == now_.kind || wrong_type(error);
    }
    return true;
  }

  bool wrong_type(Error& error) {
    return refuse(fmt::format("{} is of the wrong type",
                              now_.kind == Kind::Attribute ? "an attribute" : now_.name),
                  error);
  }

  // The parser decodes escapes on its own stack: a password is wiped there too. Other text is the
  // answer itself, which its owner wipes.
  bool take(Text part, Error& error) {
    const bool fits = text_.append({part.data(), part.size()});
    const bool is_answer = part.data() >= octets_.data() &&
                           part.data() + part.size() <= octets_.data() + octets_.size();
    if (!is_answer && !part.empty()) wipe(const_cast<char*>(part.data()), part.size());
    return fits || refuse("a string is too long", error);
  }

  bool keep_text(Error& error) {
    switch (now_.kind) {
      case Kind::Text: found.texts[now_.index].emplace(text_.view()); return true;
      case Kind::Password: found.password.emplace(text_.view()); return true;
      case Kind::Attribute: return keep_attribute(error);
      case Kind::Unknown:
      case Kind::Number:
      case Kind::Object: break;
    }
    return true;
  }

  bool keep_attribute(Error& error) {
    if (found.attributes->size() >= kAttributes) return refuse("too many attributes", error);
    if (text_.size() > kAttributeOctets || has_control(text_.view())) {
      return refuse("an attribute cannot be used", error);
    }
    found.attributes->emplace(open_.back().names.back(), text_.view());
    return true;
  }

  ByteView octets_;
  std::vector<Open> open_;
  std::size_t members_ = 0;
  Known now_ = kForeign;  // whose value comes
  Buffer text_{max_string_size};
};

}  // namespace

Result<JsonMembers, std::string> json_members(ByteView octets) {
  json::parse_options options;
  options.max_depth = kJsonDepth;
  json::basic_parser<Collector> parser(options, octets);
  json::error_code error;
  const std::size_t read = parser.write_some(false, octets.data(), octets.size(), error);
  Collector& collected = parser.handler();
  if (!collected.fault.empty()) return Fail<std::string>(std::move(collected.fault));
  if (error) return Fail<std::string>(error.message());
  if (read != octets.size()) return Fail<std::string>("something stands behind the answer");
  return std::move(collected.found);
}

}  // namespace postern::auth
