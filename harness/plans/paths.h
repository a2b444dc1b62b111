// The releases that a chain's plans go over: those of its profile's manifest, each where one may go.
#pragma once

#include <string>
#include <vector>

#include "harness/spec/release_path.h"

namespace rehearse {

// Which releases plans are drawn over.
struct PlanReleases {
  std::vector<std::string> only = {};  // names of the manifest that plans may go to; empty: all
  std::string from = {}, to = {};      // what runs are given whatever their plan says (--release); empty: as it says
};

class Paths {
 public:
  // Throws Error(Blame::scenario) for a name of `only` that the manifest has not.
  Paths(const Profile&, PlanReleases);

  // Where plans start, by name, path or URL.
  const std::string& from() const { return from_; }

  // What a plan of a chain upgrade can go to, `patched`: once the manifest's patch is installed: releases with a plan that are
  // meant to pass, later than that, and that one may upgrade to from there. Empty also where it is not drawn: there is no manifest,
  // or runs are given a release.
  const std::vector<Release>& targets(bool patched) const { return patched ? after_patch_ : targets_; }
  // The same of releases that the manifest says are bad, and that show it on any network.
  const std::vector<Release>& canaries() const { return canaries_; }

  // Why a plan cannot go over its releases, which rule forbids each; empty: it can.
  std::string why_no_way(const Scenario&) const;

 private:
  bool may_go_to(const Release&) const;
  bool draws_target(const Scenario&) const;
  // Why a chain upgrade cannot lead to it; empty: it can.
  std::string why_no_target(const Release& start, const Release& to) const;
  std::vector<Release> targets_from(const Release& start) const;
  std::string why_no_targets() const;

  const PlanReleases releases_;
  const std::vector<Release> known_;  // of the manifest
  const std::string from_, to_;       // the usual ones
  Release start_;                     // without a version where nobody knows it
  std::vector<Release> targets_, after_patch_, canaries_;
};

}  // namespace rehearse
