#include "controller/frames/list_cut.h"

namespace postern::frames {

Cut ListCut::next(ByteView& octets) {
  if (!fault_.empty()) return Cut::Bad;
  if (told_) begun_.clear();
  told_ = false;
  const char* from = octets.data();
  while (!octets.empty()) {
    if (in_item_) return next_of_item(octets, from);
    const Token token = walk_.next(octets);
    if (token == Token::More) break;
    if (token == Token::Bad) {
      refuse(walk_.fault());
      return Cut::Bad;
    }
    if (!take(token)) return Cut::Bad;
    if (in_item_) return next_of_item(octets, octets.data() - 1);
  }
  return Cut::More;
}

Cut ListCut::next_of_item(ByteView& octets, const char* from) {
  Token token = Token::More;
  do {
    token = walk_.next(octets);
  } while (token != Token::More && token != Token::Bad && walk_.depth() > 2);
  if (token == Token::Bad) {
    refuse(walk_.fault());
    return Cut::Bad;
  }
  const ByteView part(from, static_cast<std::size_t>(octets.data() - from));
  const bool whole = token != Token::More;
  const bool fits = begun_.size() + part.size() <= kObjectOctets;
  if (!fits || ((!whole || !begun_.empty()) && !begun_.append(part))) {
    refuse("an object of the list is larger than 12 MiB");
    return Cut::Bad;
  }
  if (!whole) return Cut::More;
  in_item_ = false;
  told_ = true;
  piece_ = begun_.empty() ? part : begun_.view();
  return Cut::Piece;
}

bool ListCut::take(Token token) {
  if (token == Token::Key) {
    return walk_.depth() > 2 || take_key(walk_.text());
  }
  if (due_ != nullptr) return take_field(token);
  switch (place_) {
    case Place::Other: return true;
    case Place::Metadata: return take_metadata(token);
    case Place::Items: return take_item(token);
  }
  return false;
}

bool ListCut::take_key(const std::string& key) {
  if (walk_.depth() == 1) {
    place_ = Place::Other;
    if (key == "kind") return due(head_.kind);
    if (key == "metadata") return once(had_metadata_, Place::Metadata);
    return key != "items" || once(had_items_, Place::Items);
  }
  if (place_ != Place::Metadata) return true;
  if (key == "resourceVersion") return due(head_.resource_version);
  return key != "continue" || due(head_.continue_token);
}

bool ListCut::take_field(Token token) {
  std::string& field = *due_;
  due_ = nullptr;
  if (is_null(token)) return true;
  if (token != Token::Text) return refuse("a field of the list is no text");
  field = walk_.text();
  return true;
}

// `null` is what a list without metadata, or without items, may be written as.
bool ListCut::take_metadata(Token token) {
  const int depth = walk_.depth();
  if (depth > 2 || (depth == 2 && token != Token::ListBegin)) return true;
  if (depth == 1 && token == Token::MapEnd) {
    place_ = Place::Other;
    return true;
  }
  return is_null(token) || refuse("the list's metadata is no map");
}

bool ListCut::take_item(Token token) {
  const int depth = walk_.depth();
  if (depth == 2 && token == Token::ListBegin) return true;
  if (depth == 3 && token == Token::MapBegin) {
    in_item_ = true;
    return true;
  }
  if (depth == 1 && (token == Token::ListEnd || is_null(token))) {
    place_ = Place::Other;
    return true;
  }
  return refuse("something in the list is no object");
}

bool ListCut::due(std::string& field) {
  if (!field.empty()) return refuse("a field of the list is written twice");
  walk_.keep_value();
  due_ = &field;
  return true;
}

bool ListCut::once(bool& had, Place place) {
  if (had) return refuse("a field of the list is written twice");
  had = true;
  place_ = place;
  walk_.keep_value();
  return true;
}

// Of a value that was to be kept.
bool ListCut::is_null(Token token) const { return token == Token::Word && walk_.text() == "null"; }

bool ListCut::refuse(std::string_view fault) {
  fault_ = fault;
  return false;
}

}  // namespace postern::frames
