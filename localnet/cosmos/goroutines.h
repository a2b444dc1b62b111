// A dump of all goroutines of a Go program, as pprof gives it (goroutine?debug=2): what each waits for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "localnet/cosmos/go_frames.h"

namespace rehearse {

struct Goroutine {
  std::int64_t number = 0;
  std::string state;           // as Go says it: "running", "sleep", "sync.Mutex.Lock", "chan receive"
  std::int64_t minutes = 0;    // for which it has been in that; Go counts whole ones
  std::int64_t begun_by = 0;   // the number of the goroutine that began it; 0: not said
  std::string_view text;       // its stack, of the dump
  std::vector<GoFrame> frames() const;  // of which Go's runtime is left out
};

// In the order of the dump, which outlives them. What has not the form of a goroutine is passed over.
std::vector<Goroutine> read_goroutines(std::string_view dump);

// How many there are, by the profile of them as pprof writes it (goroutine?debug=1); 0: it is none.
std::int64_t goroutine_count(std::string_view profile);

// It may go on by itself: it runs, sleeps, reads, or waits for one of several things, which may be a time. Nobody can tell that of
// one that waits for a lock or a channel: another one has to act.
bool may_go_on(const Goroutine&);

// The same of it or of any that it has begun, or those of them.
bool may_go_on(const Goroutine&, const std::vector<Goroutine>& all);

// In the place of a state: there is no such goroutine.
inline constexpr const char* kNoGoroutine = "gone";

// A function of Go's that only waits for another goroutine.
bool only_waits(const std::string& function);

}  // namespace rehearse
