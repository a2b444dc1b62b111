// A run record made up for the reports' tests: a chain upgrade of four validators that passed, the same one
// failed with a diagnosis, and text as hostile as a node's log can be.
#pragma once

#include <string>

#include "harness/record/run_record.h"

namespace rehearse::made {

inline record::CheckResult check(std::string checklist, std::string title, std::string subject,
                                 record::Outcome outcome, std::string expected, std::string actual) {
  record::CheckResult c;
  c.checklist = std::move(checklist);
  c.title = std::move(title);
  c.subject = std::move(subject);
  c.outcome = outcome;
  c.expected = std::move(expected);
  c.actual = std::move(actual);
  c.seconds = 0.012;
  return c;
}

inline record::RunRecord bare() {
  record::RunRecord r;
  r.scenario = "chain-upgrade";
  r.title = "Chain upgrade by governance, under Cosmovisor";
  r.profile = "virtengine";
  r.expected.result = "pass";
  r.from = record::Provenance{
      "v1.0.0", "v1.0.0", "", "virtengine_v1.0.0.tar.gz", std::string(64, 'a'), std::string(64, 'b'),
      "v1.0.0"};
  r.to = record::Provenance{
      "v2.0.0", "v2.0.0", "v2.0.0", "virtengine_v2.0.0.tar.gz", std::string(64, 'c'), std::string(64, 'd'),
      "v2.0.0"};
  r.cosmovisor_sha256 = std::string(64, 'e');
  r.scenario_digest = std::string(64, '1');
  r.profile_digest = std::string(64, '2');
  r.known_defects = {{"open-mint", "anybody may mint until the first upgrade", true},
                     {"slow-start", "the first block takes a minute", false}};
  r.seed = 18446744073709551615u;
  r.harness_version = "0.1.0";
  r.host = "Debian 12, 2 cores, 4 GiB";
  r.command = "rehearse run scenarios/chain-upgrade.yaml";
  r.started = "2026-04-30T12:00:00Z";
  r.reproduce = "rehearse run scenarios/chain-upgrade.yaml --seed 18446744073709551615";
  const int power[] = {40, 30, 20, 10};
  for (int i = 1; i <= 4; ++i) {
    const std::string n = std::to_string(i);
    r.network.push_back({"validator-" + n, true, power[i - 1], std::string(40, static_cast<char>('A' + i)),
                         "virtenginevaloper1" + n, "virtengine1" + n, "127.10.20." + n});
  }
  r.network.push_back({"full-1", false, 0, "", "", "", "127.10.20.5"});
  return r;
}

inline record::RunRecord passed() {
  using enum record::Outcome;
  record::RunRecord r = bare();
  r.verdict = "pass";
  r.timing = {9.84,
              8.02,
              1.4,
              1.1,
              0.12,
              0.31,
              14.2,
              {{"prepare", 1.61},
               {"voting", 2.9},
               {"waiting", 1.33},
               {"switch", 1.1},
               {"after", 2.5},
               {"teardown", 0.4}}};
  r.timeline = {{"Network of 4 validators produces blocks", "", 1.61, 0},
                {"Proposal 1 passed: v2.0.0 at height 41", "", 4.51, 0},
                {"T-0: chain halts at upgrade height", "", 5.84, 0},
                {"Upgraded", "validator-1", 6.42, 0.58},
                {"Upgraded", "validator-2", 6.47, 0.63},
                {"Upgraded", "validator-3", 6.61, 0.77},
                {"Upgraded", "validator-4", 6.64, 0.8},
                {"Majority of validators upgraded", "", 6.61, 0.77},
                {"Chain resumes at height 42", "", 6.94, 1.1},
                {"Verification complete", "", 9.44, 3.6}};
  for (int i = 1; i <= 4; ++i)
    r.checks.push_back(check("Immediately Before", "Final health check", "validator-" + std::to_string(i),
                             pass, "in sync, peers", "height 38, 4 peers"));
  for (const char* title : {"Version", "Sync Status", "Validator Signing", "Peer Count"})
    for (int i = 1; i <= 4; ++i) {
      const std::string is = title == std::string("Version") ? "v2.0.0" : "as expected";
      auto c =
          check("Validator Verification Checklist", title, "validator-" + std::to_string(i), pass, is, is);
      c.evidence = {"rpc /status at height 48"};
      r.checks.push_back(c);
    }
  for (const char* title :
       {"Validator Versions", "Block Production", "Active Validators", "Jailed Validators"})
    r.checks.push_back(
        check("Network-Wide Verification", title, "network", pass, "as planned", "as planned"));
  auto provider = check("Provider Verification Checklist", "Health", "provider", skipped, "", "");
  provider.message = "the scenario has no provider";
  r.checks.push_back(provider);
  r.state = record::StateChanges{"validator-1", 40, 41, 46, 0.02, {}, {}, {{"shares are those of delegations", 0, 0, {}, ""}}, {6, 5, {}}, ""};
  r.state->at_upgrade = {{"group", true, false, {{"0x00", 1, 0, 0, 12, 0, 0, 1, 0, {}}}, ""},
                         {"staking", false, false, {{"0x71", 0, 2, 0, -86, 4, 2, 0, 0, {"0x7114aa", "0x7114bb"}}, {"rec/", 0, 0, 4, 8, 0, 0, 0, 0, {}}}, ""}};
  r.state->since = {{"bank", false, false, {{"0x02", 0, 0, 6, 0, 0, 0, 0, 0, {}}}, ""}};
  return r;
}

inline record::RunRecord failed() {
  using enum record::Outcome;
  record::RunRecord r = passed();
  r.verdict = "fail";
  r.diagnosis = record::Diagnosis{
      Cause::app_hash_divergence,
      "validator-4 computed another app hash after height 42 than the validators holding 90 of 100 power",
      "CONSENSUS FAILURE!!! err=\"+2/3 committed an invalid block: wrong Block.Header.AppHash\"",
      "nodes/validator-4/logs/node.log:812",
      {"validator-4"},
      "10 of 100",
      {"validator-4 ended its consensus reactor at height 43", "validator-4 missed 6 of 6 blocks"},
      "Look for what differs between machines in the upgrade handler of v2.0.0: map order, time, floating "
      "point. Restore validator-4 from the backup taken at the halt.",
      "release",
      {42, "FinalizeBlock", "bank"},
      {{"app hash 1F2E", {"validator-4"}, "10 of 100"}, {"app hash 9C0D", {"validator-1", "validator-2", "validator-3"}, "90 of 100"}}};
  r.timing.floor_s = 0;
  r.timing.to_verdict_s = 0.31;
  r.timeline.pop_back();
  r.timeline.push_back({"Failure proven: app hashes differ", "validator-4", 7.3, 1.46});
  for (auto& c : r.checks) {
    if (c.checklist == "Network-Wide Verification" && c.title != "Block Production") {
      c = check(c.checklist, c.title, c.subject, skipped, "", "");
      c.message = "not reached (app-hash-divergence)";
    }
    if (c.subject != "validator-4" || c.checklist == "Immediately Before") continue;
    c.outcome = c.title == "Peer Count" ? inconclusive : fail;
    c.expected = c.title == "Version" ? "v2.0.0" : "signs every block";
    c.actual = c.title == "Version" ? "v1.0.0" : "0 of 6 blocks";
    c.message = c.title == "Peer Count" ? "no source answered: rpc: connection refused"
                                        : "the node stopped taking part at height 43";
    c.evidence = {"nodes/validator-4/logs/node.log:812", "rpc /status at height 42"};
  }
  // The same title for the same subject in a second checklist: JUnit must keep the two apart.
  auto again = check("State Invariants", "Version", "validator-4", error, "v2.0.0", "");
  again.message = "the answer is help text";
  r.checks.push_back(again);
  return r;
}

// What a node's log or answer may hold: markup, an end of CDATA, colours, a title for the terminal, a
// cleared screen, NUL, an emoji, bytes that are no UTF-8, a right-to-left override, a line break.
inline std::string hostile() {
  using namespace std::string_literals;
  return "a]]>b<script>alert(1)</script>&amp;\x1b[31mred\x1b[0m\x1b]0;owned\x07\x1b[2J\0nul\xF0\x9F\x98\x80"
         "\xFF\xC0\xAF\xED\xA0\x80\xEF\xBF\xBF\xE2\x80\xAE\xC2\x9B"
         "31m|`pipe``\"'::error::%0A\r\nsecond line"s;
}

inline record::RunRecord hostile_record() {
  record::RunRecord r = failed();
  const std::string h = hostile();
  const std::string at_length = h + std::string(3'000'000, 'x');
  for (auto& c : r.checks) {
    c.expected += h;
    c.message = h;
    c.evidence.push_back(h);
  }
  r.checks[4].actual = at_length;
  r.checks[5].title = r.checks[6].title = h;
  r.checks[5].subject = r.checks[6].subject = h;
  r.title = r.host = r.command = r.started = r.scenario_digest = h;
  r.reproduce = "rehearse run scenarios/x.yaml " + h;
  r.diagnosis->proven_by = r.diagnosis->evidence_at = r.diagnosis->advice = h;
  r.diagnosis->first_evidence = at_length;
  r.diagnosis->affected_nodes = {h, h};
  r.diagnosis->consequences = {h, at_length};
  r.timeline.push_back({h, h, 1, 2});
  r.timing.parts.push_back({h, 1});
  r.network[0].name = r.network[0].account = h;
  r.from->version = r.to->printed_version = h;
  r.known_defects[0] = {h, h, true};
  r.state->at_upgrade[0].store = r.state->at_upgrade[0].prefixes[0].prefix = r.state->node = h;
  return r;
}

}  // namespace rehearse::made
