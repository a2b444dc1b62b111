#include <fmt/format.h>

#include <algorithm>

#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports::page {

using record::RunRecord;

namespace {

std::string figures(const RunRecord& run) {
  const Tally t = tally(run);
  std::string out = "<div class=\"figures\">\n";
  out += figure(std::to_string(t.passed), "passed", "pass");
  if (t.failed) out += figure(std::to_string(t.failed), "failed", "fail");
  if (t.errors) out += figure(std::to_string(t.errors), "errors", "error");
  if (t.inconclusive) out += figure(std::to_string(t.inconclusive), "inconclusive", "inconclusive");
  if (t.skipped) out += figure(std::to_string(t.skipped), "skipped", "skipped");
  out += figure(duration(run.timing.wall_s), "wall time");
  if (run.timing.floor_s > 0) {
    out += figure(duration(run.timing.floor_s), "floor");
    out += figure(fmt::format("{:.2f}×", run.timing.wall_s / run.timing.floor_s), "wall / floor");
  }
  if (run.timing.to_verdict_s > 0 && run.verdict == "fail")
    out += figure(duration(run.timing.to_verdict_s), "from proof to end");
  return out + "</div>\n";
}

std::string bundle_line(const RunRecord& run) {
  if (run.bundle.empty()) return "";
  const auto again = reproduced_text(run);
  return fmt::format("<p>On another machine: <code>./rehearse repro</code> <a href=\"{0}\">{0}</a>{1}</p>\n", html(one_line(run.bundle)),
                     again.empty() ? "" : "; " + html(again));
}

std::string command_block(const RunRecord& run) {
  const std::string& again = run.reproduce.empty() ? run.command : run.reproduce;
  if (again.empty()) return "";
  return "<div class=\"again\"><span>Reproduce</span><code>" + value(one_line(again, 8000)) +
         "</code></div>\n" + bundle_line(run);
}

}  // namespace

std::string verdict(const RunRecord& run) {
  std::string about = "<code>" + html(run_name(run)) + "</code>";
  if (const auto both = releases(run); !both.empty()) about += " · " + html(both);
  if (!run.started.empty()) about += " · " + html(one_line(run.started));
  about += fmt::format(" · seed {}", run.seed);
  const std::string headline =
      run.verdict == "pass" ? "" : "<p class=\"cause\"><code>" + html(cause(run)) + "</code></p>\n";
  return fmt::format(
             "<header class=\"{}\">\n<p class=\"verdict\">{}</p>\n<h1>{}</h1>\n{}<p class=\"about\">{}</p>\n",
             verdict_class(run.verdict), html(one_line(run.verdict)), html(one_line(run.title)), headline,
             about) +
         figures(run) + command_block(run) + "</header>\n";
}

namespace {

// The lines around it, of which the marked one is the evidence.
std::string excerpt(const Excerpt& e) {
  std::string lines;
  for (std::size_t i = 0; i < e.lines.size(); ++i) {
    const auto number = e.first + static_cast<long>(i);
    const auto line = fmt::format("{:>6}  {}", number, html(one_line(e.lines[i], 2000)));
    lines += number == e.marked ? "<mark>" + line + "</mark>\n" : line + "\n";
  }
  return "<details>\n<summary>The lines around it</summary>\n<pre>" + lines + "</pre>\n</details>\n";
}

}  // namespace

std::string diagnosis(const RunRecord& run, const std::optional<Excerpt>& evidence) {
  if (!run.diagnosis) return "";
  const auto& d = *run.diagnosis;
  std::string out = "<section id=\"cause\" class=\"diagnosis\">\n<h2>Why</h2>\n";
  if (!d.proven_by.empty()) out += "<p class=\"proof\">" + value(d.proven_by) + "</p>\n";
  if (!d.first_evidence.empty() || !d.evidence_at.empty())
    out += "<figure>\n<pre>" + value(d.first_evidence) + "</pre>\n<figcaption>First evidence" +
           (d.evidence_at.empty() ? "" : ", <code>" + value(d.evidence_at) + "</code>") +
           "</figcaption>\n" + (evidence ? excerpt(*evidence) : "") + "</figure>\n";
  out += "<dl>\n";
  if (!d.owner.empty()) out += "<dt>Whose</dt><dd>" + value(d.owner) + "</dd>\n";
  if (const auto where = where_text(d.where); !where.empty()) out += "<dt>Where</dt><dd>" + value(where) + "</dd>\n";
  std::string nodes;
  for (const auto& name : d.affected_nodes) nodes += node(name) + " ";
  if (!d.affected_power.empty()) nodes += value(d.affected_power) + " voting power";
  if (!nodes.empty()) out += "<dt>Affected</dt><dd>" + nodes + "</dd>\n";
  for (const auto& g : d.groups) out += "<dt>Group</dt><dd>" + value(group_text(g)) + "</dd>\n";
  if (!d.consequences.empty()) {
    out += "<dt>Consequences</dt><dd><ul>";
    for (const auto& item : d.consequences) out += "<li>" + value(item) + "</li>";
    out += "</ul></dd>\n";
  }
  out += "</dl>\n";
  if (!d.advice.empty()) out += "<p class=\"advice\"><b>What to do</b> " + value(d.advice) + "</p>\n";
  return out + "</section>\n";
}

namespace {

std::string release_rows(const RunRecord& run) {
  const record::Provenance none, &from = run.from ? *run.from : none, &to = run.to ? *run.to : none;
  std::string out;
  const auto row = [&out, &from, &to](const char* label, std::string record::Provenance::*field) {
    if ((from.*field).empty() && (to.*field).empty()) return;
    out += fmt::format("<tr><th>{}</th><td><code>{}</code></td><td><code>{}</code></td></tr>\n", label,
                       value(from.*field), value(to.*field));
  };
  row("Release", &record::Provenance::name);
  row("Version", &record::Provenance::version);
  row("Plan", &record::Provenance::plan);
  row("Archive", &record::Provenance::archive);
  row("Archive sha256", &record::Provenance::sha256);
  row("Binary sha256", &record::Provenance::binary_sha256);
  row("Prints", &record::Provenance::printed_version);
  if (out.empty()) return out;
  return "<div class=\"scroll\"><table class=\"releases\">\n"
         "<thead><tr><th></th><th>From</th><th>To</th></tr></thead>\n<tbody>\n" +
         out + "</tbody></table></div>\n";
}

std::string network_table(const RunRecord& run) {
  if (run.network.empty()) return "";
  std::int64_t total = 0;
  for (const auto& m : run.network) total += std::max<std::int64_t>(m.power, 0);
  std::string out =
      "<h3>Network</h3>\n<div class=\"scroll\"><table>\n"
      "<thead><tr><th>Node</th><th>Power</th><th></th><th>Address</th>"
      "<th>Operator</th></tr></thead>\n<tbody>\n";
  for (const auto& m : run.network) {
    const double share =
        total > 0 && m.power > 0 ? 100.0 * static_cast<double>(m.power) / static_cast<double>(total) : 0;
    const std::string bar =
        m.validator ? fmt::format("<span class=\"power\"><i style=\"width:{:.1f}%\"></i></span>", share)
                    : "full node";
    out += fmt::format(
        "<tr><td>{}</td><td class=\"num\">{}</td><td>{}</td>"
        "<td><code>{}</code></td><td><code>{}</code></td></tr>\n",
        node(m.name), m.validator ? std::to_string(m.power) : "", bar, value(m.ip),
        value(m.operator_address));
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string provenance(const RunRecord& run) {
  std::string out = "<section>\n<h2>What was tested</h2>\n" + release_rows(run) + network_table(run) +
                    "<h3>Run</h3>\n<dl class=\"facts\">\n";
  const auto fact = [&out](const char* label, const std::string& text) {
    if (!text.empty()) out += fmt::format("<dt>{}</dt><dd><code>{}</code></dd>\n", label, value(text));
  };
  fact("Command", run.command);
  fact("Seed", std::to_string(run.seed));
  if (const auto fork = fork_text(run); !fork.empty()) fact("From a checkpoint of", fork);
  fact("Scenario", run.scenario);
  fact("Scenario digest", run.scenario_digest);
  fact("Profile", run.profile);
  fact("Profile digest", run.profile_digest);
  for (const auto& d : run.known_defects) fact("Known defect", d.name + ", " + fate(d));
  fact("Cosmovisor sha256", run.cosmovisor_sha256);
  fact("Harness", run.harness_version);
  fact("Host", run.host);
  fact("Started", run.started);
  return out + "</dl>\n</section>\n";
}

}  // namespace rehearse::reports::page
