// What a Go program printed when it died, and the stack that CometBFT logs when consensus fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "localnet/cosmos/go_frames.h"

namespace rehearse {

// What Go's runtime prints before the text of a panic, or of what it ends a process with itself.
constexpr std::string_view first_words(bool fatal) { return fatal ? "fatal error: " : "panic: "; }

struct GoPanic {
  enum class Kind { panic, fatal_error, signal };
  Kind kind = Kind::panic;
  // What the first panic said: those after it were raised while it was being handled. Several lines of it are joined by "\n";
  // of more than 32 KB the middle is left out.
  std::string text;
  // All of them, the first at the beginning; without the words "[recovered]". At most 16.
  std::vector<std::string> chain;
  // What the runtime says beside it: "[signal SIGSEGV: ...]", "runtime: out of memory: ...". At most 8.
  std::vector<std::string> notes;
  std::string goroutine;           // "goroutine 1 [running]"; empty when no stack was printed
  // Of the goroutine that died, from where the first panic was raised: without Go's runtime, and without the deferred functions
  // that ran since. At most 64.
  std::vector<GoFrame> frames;
  std::int64_t goroutines = 0;     // whose stacks are printed
  std::int64_t line = 0;           // of the file: the one that begins with "panic: "

  std::string first_line() const;  // as it stands there
};

// Is fed the lines of a process's output, in their order, with or without colours; what others write between them is passed
// over. Memory is bounded, whatever it is fed.
class PanicReader {
 public:
  // `number` from 1, of the file.
  void line(std::string_view text, std::int64_t number);
  // The last one that there was; none when the process has not died so.
  std::optional<GoPanic> panic() const;

 private:
  friend std::optional<GoPanic> read_stack(std::string_view, std::string_view);
  enum class State { before, message, between, stack, others };

  // One panic's text: its beginning, and what came last of it.
  struct Message {
    std::string head, tail;
    bool cut = false;
    void add(std::string_view text);
    std::string text() const;
  };

  bool begins(std::string_view text, std::int64_t number);
  bool is_header(std::string_view text);
  void read_message(std::string_view text);
  void read_frame(std::string_view text);

  State state_ = State::before;
  GoPanic found_;
  std::vector<Message> messages_;
  std::vector<std::string> before_;  // of the runtime, before it says what is wrong
  bool file_follows_ = false;        // the last of the frames
};

// Of the fields `stack` and `err` of "CONSENSUS FAILURE!!!": debug.Stack()'s text, its escapes decoded or not, whole or cut off.
// `line` is 0. None when it is no stack.
std::optional<GoPanic> read_stack(std::string_view stack, std::string_view err);

}  // namespace rehearse
