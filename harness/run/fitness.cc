#include "harness/run/fitness.h"

#include <fmt/format.h>

#include "harness/faults/fault.h"
#include "harness/judge/checks/checklist.h"
#include "harness/procedures/procedure.h"
#include "harness/spec/release_path.h"

namespace rehearse {

namespace {

// A release that is chosen by what it is for has to be in the manifest; `of`: whose releases these are.
std::string why_no_release(const ReleaseChoice& choice, const Profile& p, const std::string& manifest, const std::string& of) {
  if (!choice.by_purpose()) return "";
  if (!manifest.empty() && !release_for(choice, p.file.parent_path() / manifest).empty()) return "";
  return fmt::format("{} has no {}", of, to_string(choice));
}

std::string why_unfit_fault(const std::string& name, const std::map<std::string, std::string>& options, const Profile& p) {
  const auto* kind = find_fault_kind(name);
  if (!kind) return "";
  auto needs = kind->needs;
  needs.provider = needs.provider || kind->acts_on == ActsOn::provider;
  if (auto why = why_lacking(needs, p); !why.empty()) return why;
  for (const auto& option : kind->options)
    if (std::string_view(option.name) == kReleaseOption) {
      const auto given = options.find(option.name);
      return why_no_release(release_choice(given == options.end() ? option.value : given->second), p, p.releases, p.name);
    }
  return "";
}

std::string why_unfit_faults(const Scenario& s, const Profile& p) {
  for (const auto& fault : s.faults)
    if (auto why = why_unfit_fault(fault.kind, fault.with, p); !why.empty()) return why;
  for (const auto& [kind, weight] : s.draw.weights)
    if (auto why = why_unfit_fault(kind, {}, p); !why.empty()) return why;
  return "";
}

std::string why_unfit_releases(const ReleasesSection& r, const Profile& p) {
  for (const auto* choice : {&r.from, &r.patch, &r.failing, &r.to})
    if (auto why = why_no_release(*choice, p, p.releases, p.name); !why.empty()) return why;
  for (const auto* choice : {&r.provider.from, &r.provider.to})
    if (auto why = why_no_release(*choice, p, p.provider ? p.provider->releases : "", p.name + "'s provider daemon"); !why.empty())
      return why;
  return "";
}

}  // namespace

std::string why_unfit(const Scenario& s, const Profile& p) {
  const auto& procedure = *find_procedure(s.upgrade.kind);
  if (auto why = why_lacking(needs_of(procedure, s.upgrade), p); !why.empty()) return why;
  for (const auto* lists : {&s.before, &s.after})
    for (const auto& list : *lists)
      if (auto why = why_lacking(find_checklist(list)->needs, p); !why.empty()) return why;
  if (s.network.population.accounts && p.genesis_by == GenesisBy::commands)
    return fmt::format("{} has no genesis with the accounts of a chain in use: its genesis is made by commands; in {}: genesis_by: direct",
                       p.name, p.file.filename().string());
  if (auto why = why_unfit_releases(s.releases, p); !why.empty()) return why;
  if (auto why = why_not_meant(s, p); !why.empty()) return why;
  return why_unfit_faults(s, p);
}

}  // namespace rehearse
