// What the new release serves differs from what was served before.
#include "harness/judge/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/judge/diagnosis/rules.h"

namespace rehearse {

namespace {

// The first is the evidence, the others follow, and what would announce them stands last.
record::Diagnosis of_service(const NetworkView& v, Cause cause, const std::string& proven_by,
                             const std::vector<std::string>& all, const std::string& announced_by) {
  auto d = make_diagnosis(v, cause, proven_by, {});
  d.first_evidence = all.front();
  constexpr std::size_t kShown = 10;
  d.consequences.assign(all.begin() + 1,
                        all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kShown)));
  if (all.size() > kShown) d.consequences.push_back(fmt::format("and {} more", all.size() - kShown));
  d.consequences.push_back("announced: " + announced_by);
  return d;
}

// As a word of its own. Only numbers, and no small ones: a text may have others by chance.
bool names_value(const std::string& said, const std::string& value) {
  constexpr std::size_t kTelling = 3;  // digits
  const auto part_of_word = [&](std::size_t at) { return at < said.size() && std::isalnum(static_cast<unsigned char>(said[at])); };
  if (value.size() < kTelling || value.find_first_not_of("0123456789.") != std::string::npos) return false;
  for (auto at = said.find(value); at != std::string::npos; at = said.find(value, at + 1))
    if (!(at > 0 && part_of_word(at - 1)) && !part_of_word(at + value.size())) return true;
  return false;
}

}  // namespace

Found transactions_refused(const NetworkView& v) {
  std::vector<std::string> all, names;
  for (const auto& t : refused_transactions(v))
    all.push_back(t.kind + ": " + t.said), names.push_back(t.kind);
  if (all.empty()) return std::nullopt;
  auto d = of_service(v, Cause::transactions_refused,
                      fmt::format("of the kinds of transaction that were accepted before the upgrade, {} are not after it", all.size()),
                      all, announcement({{"transactions", names}}));
  // A parameter that nobody announced may be what they are refused for: then the refusal names its new value.
  for (const auto& p : unannounced_parameters(v)) {
    const bool root = std::ranges::any_of(all, [&](const auto& said) { return names_value(said, p.after); });
    if (root) d.proven_by += fmt::format("; the refusals name the new value of {}", p.name);
    if (root) d.first_evidence += "; " + to_string(p);
    if (!root) d.consequences.push_back(fmt::format("beside it, {}: {}", name_of(Cause::parameters_changed), to_string(p)));
  }
  return d;
}

Found parameters_changed(const NetworkView& v) {
  std::vector<std::string> all, names;
  for (const auto& p : unannounced_parameters(v)) all.push_back(to_string(p)), names.push_back(p.name);
  if (all.empty()) return std::nullopt;
  return of_service(v, Cause::parameters_changed,
                    fmt::format("of the parameters that were read before the upgrade and after it, {} differ", all.size()), all,
                    announcement({{"parameters", names}}));
}

Found query_broken(const NetworkView& v) {
  const auto broken = broken_queries(v);
  std::vector<std::string> all;
  for (const auto& q : broken) all.push_back(q.route + ": " + q.said);
  if (all.empty()) return std::nullopt;
  return of_service(v, Cause::query_broken,
                    fmt::format("of the queries that were answered before the upgrade, {} are refused after it", all.size()), all,
                    announcement({{"queries", announceable(broken)}}));
}

}  // namespace rehearse
