#include "harness/procedures/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/engine/goals.h"
#include "harness/judge/service.h"
#include "harness/view/checkpoint.h"
#include "localnet/base/log.h"
#include "localnet/base/text.h"
#include "localnet/cosmos/descriptors.h"
#include "localnet/profile/question_names.h"

namespace rehearse {

using record::Json;

namespace {

// Names of the chain's modules, for a chain that lists no queries.
std::vector<std::string> names_of_modules(Rehearsal& r) {
  const auto a =
      r.ask("survey", {{question::module_versions, r.in_reach(r.view().order.front()), {}, 0}}).front();
  std::vector<std::string> names;
  if (a.answered && a.value.is_array())
    for (const auto& module : a.value) names.push_back(module.value("name", ""));
  return names;
}

// What the new program's `init` writes for the parameters that changed: a value that is the module's own
// default again was not chosen by anybody. Nothing when it cannot be had: it is only told.
Json defaults_of(Rehearsal& r, const std::vector<ChangedParameter>& changed) {
  auto defaults = Json::object();
  if (changed.empty() || !r.profile().commands.contains("init")) return defaults;
  const auto home = r.folder() / "tmp" / "defaults";
  try {
    std::filesystem::create_directories(home);
    r.run_programs({{r.to().artifact.binary, r.command("init", r.view().order.front(),
                                                       {{"home", home.string()}, {"moniker", "defaults"}})}});
    const auto genesis = Json::parse(read_file(home / "config" / "genesis.json"));
    for (const auto& p : changed) {
      const auto dot = p.name.find('.');
      const auto at = Json::json_pointer("/app_state/" + p.name.substr(0, dot) + "/params");
      if (!genesis.contains(at)) continue;
      if (const auto fields = flattened(genesis.at(at)); fields.contains(p.name.substr(dot + 1)))
        defaults[p.name] = fields[p.name.substr(dot + 1)];
    }
  } catch (const Json::exception& e) {
    log_info(std::string("the release's default parameters are not known: ") + e.what());
  } catch (const Error& e) {
    log_info(std::string("the release's default parameters are not known: ") + e.what());
  }
  return defaults;
}

// One of each module that has no query without arguments: it shows later whether the module is there.
std::vector<std::string> witnesses_of_others(const SurveyResult& s) {
  std::set<std::string> known;
  for (const auto& route : s.answered) known.insert(module_of_route(route));
  std::vector<std::string> witnesses;
  for (const auto& route : s.served)
    if (known.insert(module_of_route(route)).second) witnesses.push_back(route);
  return witnesses;
}

}  // namespace

ChainSurvey::ChainSurvey(Rehearsal& r, std::string checkpoint) : r_(r), checkpoint_(std::move(checkpoint)) {
  if (checkpoint_ == kBefore) {
    ask({});
    return;
  }
  const auto* before = r_.view().survey(kBefore);
  if (!before || !before->error.empty()) return;
  listed_ = before->listed;
  SurveyRequest request;
  for (const auto& route : before->answered)
    if (!is_announced_query(r_.view(), route)) request.routes.push_back(route);
  request.routes.insert(request.routes.end(), before->served.begin(), before->served.end());
  if (!listed_)
    for (const auto& [module, fields] : before->parameters.items()) request.modules.push_back(module);
  if (!request.routes.empty()) ask(std::move(request));
}

void ChainSurvey::ask(SurveyRequest request) {
  const auto to = r_.respondent(r_.in_reach(r_.view().order.front()));
  request.rpc_url = to.rpc_url, request.rest_url = to.rest_url;
  request.listed = listed_;
  asking_ = std::make_shared<Asking>();
  survey(r_.http(), std::move(request), [asking = asking_](SurveyResult result) {
    asking->result = std::move(result);
    asking->done = true;
  });
}

SurveyResult ChainSurvey::await() {
  r_.await_done("everything that can be asked", [this] { return asking_->done; });
  return std::move(asking_->result);
}

record::Surveyed ChainSurvey::before() {
  auto result = await();
  if (!result.listed) {
    const auto why = result.error;
    listed_ = false;
    ask({.rpc_url = {}, .rest_url = {}, .modules = names_of_modules(r_)});
    result = await();
    if (!result.error.empty()) result.error = why;
  }
  auto witnesses = witnesses_of_others(result);
  return {checkpoint_, result.listed,  result.error, std::move(result.parameters), std::move(result.answered),
          {},          Json::object(), {},           std::move(witnesses)};
}

// Of what was answered before the upgrade: what is about parameters.
SurveyRequest ChainSurvey::parameters_again() const {
  SurveyRequest request;
  const auto* before = r_.view().survey(kBefore);
  for (const auto& route : before->answered)
    if (route.ends_with("Params") || route.ends_with("params")) request.routes.push_back(route);
  if (!listed_)
    for (const auto& [module, fields] : before->parameters.items()) request.modules.push_back(module);
  return request;
}

// A base fee, say, is another in each block: what changes again without an upgrade says nothing about one.
void ChainSurvey::find_moving(record::Surveyed& s) {
  r_.await("another block", above(r_.view().highest_height()));
  ask(parameters_again());
  const auto again = await();
  for (const auto& [module, fields] : again.parameters.items())
    for (const auto& [field, value] : fields.items())
      if (const auto was = s.parameters.find(module);
          was != s.parameters.end() && was->contains(field) && (*was)[field] != value)
        s.moving.push_back(module + "." + field);
}

// Those that are there as before; one that is silent is not known to be gone. They had not answered then: nothing is broken.
std::vector<std::string> ChainSurvey::take_witnesses(SurveyResult& s) const {
  std::vector<std::string> there;
  for (const auto& route : r_.view().survey(kBefore)->served) {
    s.refused.erase(route);
    if (s.silent.erase(route) || std::ranges::find(s.served, route) != s.served.end()) there.push_back(route);
  }
  return there;
}

record::Surveyed ChainSurvey::after() {
  constexpr int kTimes = 3;
  auto all = await();
  auto witnesses = take_witnesses(all);
  for (int i = 1; i < kTimes && !(all.refused.empty() && all.silent.empty()); ++i) {
    SurveyRequest open;
    for (const auto* some : {&all.refused, &all.silent})
      for (const auto& [route, said] : *some) open.routes.push_back(route);
    if (listed_ && !all.listed)  // without the list what is said of parameters cannot be read
      for (auto& route : parameters_again().routes) open.routes.push_back(std::move(route));
    log_info(
        fmt::format("{} queries are asked again, the first is {}", open.routes.size(), open.routes.front()));
    r_.await("another block", above(r_.view().highest_height()));
    ask(std::move(open));
    auto again = await();
    all.answered.insert(all.answered.end(), again.answered.begin(), again.answered.end());
    for (const auto& [module, fields] : again.parameters.items()) all.parameters[module].update(fields);
    all.listed = all.listed || again.listed;
    all.refused = std::move(again.refused), all.silent = std::move(again.silent);
    all.error = all.answered.empty() && all.refused.empty() ? again.error : "";
  }
  // A node may be gone because of a fault; else one query that never answers is as good as refused.
  if (!all.silent.empty() && r_.view().disturbed())
    all.error = all.silent.begin()->first + ": " + all.silent.begin()->second;
  if (all.error.empty()) all.refused.merge(all.silent);
  std::sort(all.answered.begin(), all.answered.end());
  all.answered.erase(std::unique(all.answered.begin(), all.answered.end()), all.answered.end());
  record::Surveyed s{checkpoint_,
                     all.listed,
                     all.error,
                     std::move(all.parameters),
                     std::move(all.answered),
                     std::move(all.refused),
                     Json::object(),
                     {},
                     std::move(witnesses)};
  if (unannounced_parameters(r_.view(), *r_.view().survey(kBefore), s).empty()) return s;
  find_moving(s);
  s.defaults = defaults_of(r_, unannounced_parameters(r_.view(), *r_.view().survey(kBefore), s));
  return s;
}

void ChainSurvey::end() {
  if (!asking_) return;
  r_.record(checkpoint_ == kBefore ? before() : after());
}

}  // namespace rehearse
