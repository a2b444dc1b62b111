#include "localnet/network/consensus_probe.h"

#include <algorithm>
#include <memory>

#include "localnet/base/json_text.h"
#include "localnet/cosmos/goroutines.h"
#include "localnet/cosmos/rpc.h"

namespace rehearse {

namespace {

using Json = nlohmann::json;

// Consensus that waits for the application holds the lock that it would answer under.
constexpr std::chrono::milliseconds kProbeAnswers{1000};

// How many answers are still out, and what is known so far.
struct Probe {
  ConsensusState state;
  int open = 4;
  std::function<void(ConsensusState)> done;
};

// What a part of the answer does not have is not known.
template <class Read>
void read_part(Read read) {
  try {
    read();
  } catch (const std::exception&) {
  }
}

Json result_in(const std::string& body) { return parse_json(body).at("result"); }

}  // namespace

double voted_share(const std::string& bit_array) {
  const auto mark = bit_array.rfind(" = ");
  return mark == std::string::npos ? 0 : std::clamp(std::atof(bit_array.c_str() + mark + 3), 0.0, 1.0);
}

void read_consensus_state(ConsensusState& s, const Json& result) {
  const auto& at = result.at("round_state");
  const auto height = number_in(at.at("height"));
  const auto round = static_cast<int>(number_in(at.at("round")));
  s.step = static_cast<int>(number_in(at.at("step")));
  for (const auto& votes : at.at("votes"))
    if (number_in(votes.at("round")) == round) {
      s.prevoted = voted_share(votes.at("prevotes_bit_array").get<std::string>());
      s.precommitted = voted_share(votes.at("precommits_bit_array").get<std::string>());
    }
  s.height = height, s.round = round;
}

namespace {

bool in_consensus(const Goroutine& g) { return g.text.find("consensus.(*State).receiveRoutine(") != std::string_view::npos; }

// It waits for its turn to call the application, and is not in it.
bool waits_at_the_door(const std::vector<GoFrame>& stack) {
  const auto at = std::find_if_not(stack.begin(), stack.end(), [](const GoFrame& f) { return only_waits(f.function); });
  return at != stack.begin() && at != stack.end() && in_consensus_engine({at, stack.end()});
}

// In the application, for the longest; of several that are there as long, one that cannot go on. Null: none is.
const Goroutine* in_application(const std::vector<Goroutine>& all) {
  const Goroutine* found = nullptr;
  for (const auto& g : all) {
    const bool may_be = g.text.find("abci") != std::string_view::npos || g.text.find("baseapp") != std::string_view::npos;
    if (!may_be || in_consensus(g) || (found && (g.minutes < found->minutes || (g.minutes == found->minutes && !may_go_on(*found))))) continue;
    const auto frames = g.frames();
    if (abci_method(frames) && !waits_at_the_door(frames)) found = &g;
  }
  return found;
}

}  // namespace

void read_goroutines_of(ConsensusState& s, const std::string& dump) {
  const auto all = read_goroutines(dump);
  if (all.empty()) return;
  const auto runs = std::find_if(all.begin(), all.end(), in_consensus);
  if (runs == all.end()) {
    s.state = kNoGoroutine;
    return;
  }
  s.state = runs->state;
  s.stack = runs->frames();
  const auto* held_by = waits_at_the_door(s.stack) ? in_application(all) : nullptr;
  if (held_by) s.holder = held_by->frames();
  s.goes_on = (held_by || abci_method(s.stack)) && may_go_on(held_by ? *held_by : *runs, all);
}

void probe_consensus(Http& http, const std::string& rpc_url, const std::string& pprof_url,
                     std::function<void(ConsensusState)> done) {
  auto probe = std::make_shared<Probe>();
  probe->done = std::move(done);
  const auto ask = [&](const std::string& url,
                       std::function<void(ConsensusState&, const std::string& body)> take) {
    http.send({.url = url, .timeout = kProbeAnswers}, [probe, take](const HttpResponse& a) {
      if (a.status == 200) read_part([&] { take(probe->state, a.body); });
      if (--probe->open == 0) probe->done(std::move(probe->state));
    });
  };
  ask(rpc_url + "/dump_consensus_state",
      [](ConsensusState& s, const std::string& body) { read_consensus_state(s, result_in(body)); });
  ask(rpc_url + "/net_info", [](ConsensusState& s, const std::string& body) {
    s.peers = static_cast<int>(number_in(result_in(body).at("n_peers")));
  });
  ask(rpc_url + "/consensus_params", [](ConsensusState& s, const std::string& body) {
    s.extensions_from =
        number_in(result_in(body).at("consensus_params").at("abci").at("vote_extensions_enable_height"));
  });
  ask(pprof_url + "/debug/pprof/goroutine?debug=2",
      [](ConsensusState& s, const std::string& body) { read_goroutines_of(s, body); });
}

}  // namespace rehearse
