#include "harness/faults/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "harness/faults/trigger.h"
#include "localnet/base/text.h"

namespace rehearse {

namespace {

constexpr std::chrono::minutes kLongest{10};
constexpr const char* kNothing = "nothing";

std::map<std::string, std::string> with_defaults(const FaultKind& kind, const std::map<std::string, std::string>& given) {
  auto all = given;
  for (const auto& o : kind.options) all.try_emplace(o.name, o.value);
  return all;
}

Target target_of(const NetworkSection& n, const FaultKind& kind, const std::string& who, Random& random) {
  auto t = choose_target(n, who, random);
  if (kind.acts_on == ActsOn::link && t.links.empty() && !t.proposer) return isolate(n, t.nodes);
  return t;
}

// A fault on several nodes is one on each: each comes to its phase by itself. A cut is one whole.
std::vector<Target> apart(const FaultKind& kind, Target t) {
  if (kind.acts_on != ActsOn::node || t.proposer) return {t};
  std::vector<Target> each;
  for (const auto& name : t.nodes) each.push_back({{name}, {}, {}, false});
  return each;
}

const std::vector<std::string> kDrawnTargets = {"one", "smallest", "minority", "blocking"};

// What acts on no node has its one target.
std::string fitting(const FaultKind& kind, const std::string& drawn) {
  return kind.acts_on == ActsOn::provider ? "provider" : kind.acts_on == ActsOn::network ? "network" : drawn;
}

class Planner {
 public:
  Planner(const Scenario& s, std::uint64_t seed) : s_(s), random_(seed) {}

  std::vector<Injection> plan() {
    for (const auto& spec : s_.faults) add(spec);
    for (std::int64_t i = 0; i < s_.draw.times; ++i) draw();
    return std::move(planned_);
  }

 private:
  void add(const FaultSpec& spec) {
    ++number_;
    const auto& kind = *find_fault_kind(spec.kind);
    // Drawn whether it is used or not: what one fault is like does not hang on another's probability.
    const bool planned = random_.fraction() < spec.probability;
    const auto targets = apart(kind, target_of(s_.network, kind, spec.who, random_));
    if (!planned) return;
    int part = 0;
    const bool several = targets.size() * static_cast<std::size_t>(spec.times) > 1;
    for (std::int64_t time = 0; time < spec.times; ++time)
      for (const auto& target : targets) {
        const auto id = several ? fmt::format("{}.{}", number_, ++part) : std::to_string(number_);
        planned_.push_back({id, spec.kind, spec.who, spec.when, target,
                            spec.after.seconds() + static_cast<double>(time) * spec.every.seconds(), spec.lasts.seconds(),
                            with_defaults(kind, spec.with)});
      }
  }

  void draw() {
    double total = 0;
    for (const auto& [kind, weight] : s_.draw.weights) total += weight;
    auto at = random_.fraction() * total;
    std::string chosen;
    for (const auto& [kind, weight] : s_.draw.weights)
      if (chosen.empty() && (at -= weight) < 0) chosen = kind;
    const auto spec = drawn(chosen);
    if (chosen != kNothing && !chosen.empty()) add(spec);
  }

  // The same numbers are drawn for `nothing`, too.
  FaultSpec drawn(const std::string& kind) {
    static const std::vector<Phase> when = {Phase::voting, Phase::waiting,   Phase::halted,
                                            Phase::swap,   Phase::migration, Phase::first_block};
    FaultSpec spec;
    spec.kind = kind;
    spec.who = kDrawnTargets[random_.below(kDrawnTargets.size())];
    spec.when = name_of(when[random_.below(when.size())]);
    spec.after.value = std::chrono::milliseconds(random_.below(1000));
    spec.lasts.value = std::chrono::milliseconds(1000 + random_.below(3000));
    if (const auto* k = find_fault_kind(kind)) spec.who = fitting(*k, spec.who);
    return spec;
  }

  const Scenario& s_;
  Random random_;
  int number_ = 0;
  std::vector<Injection> planned_;
};

FaultTrouble with_options(const FaultSpec& f, const FaultKind& kind) {
  std::vector<std::string> known;
  for (const auto& o : kind.options) known.push_back(fmt::format("{} ({})", o.name, o.doc));
  for (const auto& [name, value] : f.with) {
    const auto found = std::find_if(kind.options.begin(), kind.options.end(), [&name = name](const auto& o) { return name == o.name; });
    if (found == kind.options.end())
      return {"with", fmt::format("`{}` takes no `{}`{}", f.kind, name,
                                  known.empty() ? "" : fmt::format("; it takes {}", fmt::join(known, ", ")))};
    if (!found->fits(value)) return {"with", fmt::format("{}: {}; found `{}`", name, found->doc, value)};
  }
  return {};
}

FaultTrouble with_target(const FaultSpec& f, const FaultKind& kind, const NetworkSection& network) {
  Random any(0);
  try {
    const auto t = choose_target(network, f.who, any);
    if (kind.acts_on == ActsOn::node && !t.links.empty()) return {"who", "`" + f.kind + "` acts on nodes, not on links"};
    if (kind.acts_on == ActsOn::provider && f.who != "provider") return {"who", "`" + f.kind + "` acts on the provider: who: provider"};
    if (kind.acts_on != ActsOn::provider && f.who == "provider") return {"who", "`" + f.kind + "` does not act on the provider"};
    if (kind.acts_on == ActsOn::network && f.who != "network") return {"who", "`" + f.kind + "` acts on the network: leave `who` out"};
    if (kind.acts_on == ActsOn::node && f.who == "network") return {"who", "on which node? a name, smallest, minority, ..."};
  } catch (const Error& e) {
    return {"who", e.what()};
  }
  return {};
}

FaultTrouble with_trigger(const FaultSpec& f, const NetworkSection& network) {
  try {
    const auto when = parse_trigger(f.when);
    if (when.kind == Trigger::Kind::phase && when.phase == Phase::backup && !uses_cosmovisor(network))
      return {"when", "`backup` is seen of Cosmovisor only, and no node is run by it"};
  } catch (const Error& e) {
    return {"when", e.what()};
  }
  return {};
}

}  // namespace

FaultTrouble trouble_with(const FaultSpec& f, const NetworkSection& network) {
  const auto* kind = find_fault_kind(f.kind);
  if (!kind) {
    std::set<std::string> names;
    for (const auto& k : fault_kinds()) names.insert(k.name);
    const auto meant = closest(f.kind, names);
    return {"do", fmt::format("there is no fault `{}`{}; there are {}", f.kind, meant.empty() ? "" : ", did you mean `" + meant + "`?",
                              fault_kind_names())};
  }
  if (f.lasts.value > kLongest) return {"for", "at most 10min: its heal could not be guaranteed before the run's time is over"};
  if (f.after.value > kLongest) return {"after", "at most 10min"};
  if (!(f.probability >= 0 && f.probability <= 1)) return {"probability", "0 to 1"};
  if (f.times < 1 || f.times > 100) return {"times", "1 to 100"};
  for (const auto& trouble : {with_target(f, *kind, network), with_trigger(f, network), with_options(f, *kind)})
    if (!trouble.what.empty()) return trouble;
  return {};
}

FaultTrouble trouble_with_drawing(const std::string& kind, const NetworkSection& network) {
  FaultSpec spec;
  spec.kind = kind;
  spec.when = name_of(Phase::voting);
  for (const auto& who : kDrawnTargets) {
    if (const auto* k = find_fault_kind(kind)) spec.who = fitting(*k, who);
    if (auto trouble = trouble_with(spec, network); !trouble.what.empty()) return {"", fmt::format("drawn for `{}`: {}", spec.who, trouble.what)};
  }
  return {};
}

std::vector<Injection> plan_faults(const Scenario& s, std::uint64_t seed) { return Planner(s, seed).plan(); }

record::Json to_json(const Injection& i) {
  record::Json j = {{"id", i.id},           {"do", i.kind},       {"who", i.who},
                    {"when", i.when},       {"after_s", i.after_s}, {"for_s", i.lasts_s},
                    {"nodes", i.target.nodes}, {"with", i.options}};
  if (!i.target.links.empty()) j["links"] = i.target.links;
  if (!i.target.cut_off.empty()) j["cut_off"] = i.target.cut_off;
  if (i.target.proposer) j["proposer"] = true;
  return j;
}

Injection injection_from_json(const record::Json& j) {
  Injection i;
  j.at("id").get_to(i.id);
  j.at("do").get_to(i.kind);
  if (!find_fault_kind(i.kind)) throw Error(Blame::scenario, "there is no fault `" + i.kind + "`");
  j.at("who").get_to(i.who);
  j.at("when").get_to(i.when);
  parse_trigger(i.when);
  j.at("after_s").get_to(i.after_s);
  j.at("for_s").get_to(i.lasts_s);
  j.at("nodes").get_to(i.target.nodes);
  j.at("with").get_to(i.options);
  if (j.contains("links")) j["links"].get_to(i.target.links);
  if (j.contains("cut_off")) j["cut_off"].get_to(i.target.cut_off);
  i.target.proposer = j.value("proposer", false);
  for (const auto& o : find_fault_kind(i.kind)->options)
    if (const auto v = i.options.find(o.name); v == i.options.end() || !o.fits(v->second))
      throw Error(Blame::scenario, fmt::format("{}: `{}`: {}; {}", i.kind, o.name, o.doc, v == i.options.end() ? "it is missing" : "found `" + v->second + "`"));
  return i;
}

void write_schedule(const std::filesystem::path& file, const std::vector<Injection>& planned) {
  auto all = record::Json::array();
  for (const auto& i : planned) all.push_back(to_json(i));
  write_file(file, record::Json{{"schema", 1}, {"faults", all}}.dump(2) + "\n");
}

std::vector<Injection> read_schedule(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (text.empty()) throw Error(Blame::scenario, file.string() + ": cannot be read, or is empty; a run writes one: schedule.json");
  try {
    std::vector<Injection> all;
    std::set<std::string> ids;
    const auto schedule = record::Json::parse(text);
    for (const auto& j : schedule.at("faults")) {
      all.push_back(injection_from_json(j));
      if (!ids.insert(all.back().id).second) throw Error(Blame::scenario, "two faults are called " + all.back().id);
    }
    return all;
  } catch (const record::Json::exception& e) {
    throw Error(Blame::scenario, file.string() + ": " + e.what());
  } catch (const Error& e) {
    throw Error(Blame::scenario, file.string() + ": " + e.what());
  }
}

}  // namespace rehearse
