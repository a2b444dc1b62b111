#include "localnet/cosmos/go_panic.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "localnet/base/text.h"
#include "localnet/cosmos/go_text.h"
#include "localnet/cosmos/log_entry.h"

namespace rehearse {

namespace {

constexpr std::size_t kMostFrames = 64, kMostPanics = 16, kMostNotes = 8;
constexpr std::size_t kHalfOfText = 16 * 1024;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

void note(std::vector<std::string>& notes, std::string_view text) {
  if (notes.size() < kMostNotes) notes.emplace_back(utf8_prefix(text, 1024));
}

std::string without_recovered(std::string text) {
  static const RE2 words(R"( \[recovered(?:, repanicked)?\]$)");
  RE2::Replace(&text, words, "");
  return text;
}

// The runtime prints how it raises a panic between where that is and the deferred functions.
bool raises_panic(std::string_view function) {
  return function == "panic" || function == "runtime.gopanic" || function == "runtime.sigpanic";
}

}  // namespace

std::string GoPanic::first_line() const {
  const auto before = kind == Kind::signal ? "" : first_words(kind == Kind::fatal_error);
  return std::string(before) + text.substr(0, text.find('\n'));
}

void PanicReader::Message::add(std::string_view text) {
  text = utf8_prefix(text, kHalfOfText);
  if (!cut && head.size() + text.size() <= kHalfOfText) {
    (head += head.empty() ? "" : "\n") += text;
    return;
  }
  cut = true;
  (tail += '\n') += text;
  // Not with each line, or a long text would be moved again for each of them.
  if (tail.size() > 4 * kHalfOfText) tail.erase(0, tail.size() - kHalfOfText);
}

std::string PanicReader::Message::text() const {
  if (!cut) return head;
  if (tail.size() <= kHalfOfText) return head + tail;
  auto from = tail.size() - kHalfOfText;
  while (from < tail.size() && (static_cast<unsigned char>(tail[from]) & 0xc0) == 0x80) ++from;
  return head + "\n..." + tail.substr(from);
}

bool PanicReader::begins(std::string_view text, std::int64_t number) {
  using enum GoPanic::Kind;
  static constexpr std::pair<std::string_view, GoPanic::Kind> kFirst[] = {
      {first_words(false), panic}, {first_words(true), fatal_error}, {"SIGQUIT: ", signal}, {"SIGABRT: ", signal}, {"SIGTRAP: ", signal}};
  for (const auto& [first, kind] : kFirst) {
    if (!text.starts_with(first)) continue;
    found_ = {};
    found_.kind = kind;
    found_.line = number;
    found_.notes = std::exchange(before_, {});
    messages_.assign(1, {});
    messages_.back().add(kind == signal ? text : text.substr(first.size()));
    state_ = State::message;
    return true;
  }
  return false;
}

bool PanicReader::is_header(std::string_view text) {
  static const RE2 header(R"(^(goroutine \d+) (?:gp=\S+ m=\S+(?: mp=\S+)? )?(\[[^\]]*\]))");
  std::string who, state;
  if (!RE2::PartialMatch(piece(text.substr(0, 512)), header, &who, &state)) return false;
  ++found_.goroutines;
  if (state_ == State::message) state_ = State::between;
  if (state_ == State::stack) state_ = State::others;
  // A signal is handled wherever it arrives: what the program was at is its first goroutine's. 0 is a thread without one.
  const bool wanted = found_.kind == GoPanic::Kind::signal ? who == "goroutine 1" : who != "goroutine 0";
  if (!wanted || !found_.goroutine.empty()) return true;
  found_.goroutine = who + " " + state;
  state_ = State::stack;
  return true;
}

void PanicReader::read_message(std::string_view text) {
  if (text.starts_with("[signal ") || text.starts_with("runtime: ") || text.starts_with("PC=")) return note(found_.notes, text);
  if (text.starts_with("goroutine ") || text == "runtime stack:") state_ = State::between;
  if (state_ == State::between) return;  // the runtime's own frames
  constexpr std::string_view kNext = "\tpanic: ";
  if (text.starts_with(kNext)) {
    if (messages_.size() < kMostPanics) messages_.emplace_back();
    return messages_.back().add(text.substr(kNext.size()));
  }
  if (read_log_line(text).level != LineLevel::unknown) return;  // of another goroutine, or of the process after it
  // Go indents the further lines of what a panic says; before 1.23 it did not.
  messages_.back().add(text.starts_with('\t') ? text.substr(1) : text);
}

void PanicReader::read_frame(std::string_view text) {
  static const RE2 place(R"(^\s+(.+):(\d+)(?: \+0x[0-9a-f]+.*)?$)");
  auto& frames = found_.frames;
  if (text.empty()) {
    state_ = State::others;
    return;
  }
  if (text.front() == '\t' || text.front() == ' ') {
    if (file_follows_) RE2::FullMatch(piece(text), place, &frames.back().file, &frames.back().line);
    file_follows_ = false;
    return;
  }
  file_follows_ = false;
  if (text.starts_with("created by ")) return;
  // Arguments have no brackets of this kind; a frame that is cut off may have none.
  static const RE2 call(R"(^([^\s=]+)\((?:[^()]*\)?)$)");
  std::string function;
  if (!RE2::FullMatch(piece(text), call, &function)) return;
  if (raises_panic(function)) {
    frames.clear();
  } else if (!function.starts_with("runtime.") && !function.starts_with("runtime/") &&
             !function.starts_with("internal/runtime/") && frames.size() < kMostFrames) {
    frames.push_back({std::move(function), "", 0});
    file_follows_ = true;
  }
}

void PanicReader::line(std::string_view raw, std::int64_t number) {
  const auto clean = printable(std::string(utf8_prefix(raw, kHalfOfText)));
  const std::string_view text = clean;
  if (begins(text, number)) return;
  if (state_ == State::before || state_ == State::others) {
    if (text.starts_with("runtime: ") || text.starts_with("unexpected fault address ")) note(before_, text);
    if (state_ == State::before) return;
  }
  if (is_header(text)) return;
  if (state_ == State::message) return read_message(text);
  if (state_ == State::stack) return read_frame(text);
}

std::optional<GoPanic> PanicReader::panic() const {
  if (state_ == State::before) return std::nullopt;
  auto found = found_;
  for (const auto& m : messages_) {
    auto text = m.text();
    while (text.ends_with('\n')) text.pop_back();  // the empty line before the stack
    found.chain.push_back(without_recovered(std::move(text)));
  }
  found.text = found.chain.front();
  return found;
}

std::optional<GoPanic> read_stack(std::string_view stack, std::string_view err) {
  const bool decoded = stack.find('\n') != std::string_view::npos;
  const auto text = decoded ? std::string(stack) : unescaped(stack);
  PanicReader reader;
  reader.state_ = PanicReader::State::between;
  reader.messages_.assign(1, {});
  reader.messages_.back().add(err);
  std::string_view rest = text;
  if (rest.starts_with('"')) rest.remove_prefix(1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    if (!reader.is_header(line) && reader.state_ == PanicReader::State::stack) reader.read_frame(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  auto found = reader.panic();
  return found->goroutine.empty() ? std::nullopt : found;
}

}  // namespace rehearse
