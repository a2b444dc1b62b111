#include "reports/html_parts.h"

namespace rehearse::reports::page {

// Colours are named by meaning and defined twice, for light and dark; each meaning also has a sign or a word,
// so that nothing rests on colour alone.
std::string_view style() {
  return R"css(
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --panel: #ffffff; --ink: #1b1f27; --dim: #5d6675; --line: #dfe3ea; --shade: #f0f2f6;
  --pass: #17703c; --pass-soft: #e0f3e7; --fail: #b3261e; --fail-soft: #fce4e2;
  --warn: #8a5500; --warn-soft: #fdf0d5; --skip: #5d6675; --skip-soft: #eaedf2; --accent: #2f5fc4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101318; --panel: #181c23; --ink: #e6e9ef; --dim: #9aa4b3; --line: #2c333e; --shade: #20252e;
    --pass: #6fd196; --pass-soft: #16331f; --fail: #ff8a80; --fail-soft: #3f1b1a;
    --warn: #f0bb62; --warn-soft: #3a2b10; --skip: #9aa4b3; --skip-soft: #272d37; --accent: #86aaff;
  }
}
.pass { --tone: var(--pass); --soft: var(--pass-soft); }
.fail, .error { --tone: var(--fail); --soft: var(--fail-soft); }
.inconclusive { --tone: var(--warn); --soft: var(--warn-soft); }
.plain { --tone: var(--ink); --soft: var(--shade); }
.skipped { --tone: var(--skip); --soft: var(--skip-soft); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 64px; }
header, section { background: var(--panel); border: 1px solid var(--line); border-radius: 10px;
  padding: 20px 24px; margin: 0 0 16px; }
header { border-top: 6px solid var(--tone); }
h1 { font-size: 24px; line-height: 1.25; margin: 6px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 0 0 12px; }
h3 { font-size: 15px; margin: 22px 0 8px; overflow-wrap: anywhere; }
h4 { font-size: 15px; margin: 0 0 6px; overflow-wrap: anywhere; }
p { margin: 0 0 10px; overflow-wrap: anywhere; }
code, pre { font: 13px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 16em; overflow: auto; }
.verdict { display: inline-block; margin: 0; padding: 2px 12px; border-radius: 99px; background: var(--tone);
  color: var(--panel); font-weight: 700; letter-spacing: .06em; text-transform: uppercase; }
.cause { margin: 0 0 4px; color: var(--tone); font-weight: 600; }
.cause code { font-size: 18px; }
.about { color: var(--dim); }
.figures { display: flex; flex-wrap: wrap; gap: 8px; margin: 14px 0 0; }
.figure { background: var(--soft); border-radius: 8px; padding: 8px 14px; min-width: 88px; }
.figure b { display: block; font-size: 19px; line-height: 1.2; color: var(--tone);
  font-variant-numeric: tabular-nums; }
.figure span { color: var(--dim); font-size: 13px; }
.again { display: flex; gap: 12px; align-items: baseline; margin-top: 14px; padding: 8px 14px;
  background: var(--shade); border-radius: 8px; }
.again span { color: var(--dim); font-size: 13px; }
.again code { user-select: all; }
.diagnosis .proof { font-size: 17px; }
figure { margin: 12px 0; border-left: 4px solid var(--fail); background: var(--shade);
  border-radius: 0 8px 8px 0; padding: 10px 14px; }
figcaption { color: var(--dim); font-size: 13px; margin-top: 6px; overflow-wrap: anywhere; }
.advice { background: var(--pass-soft); border-radius: 8px; padding: 10px 14px; margin: 12px 0 0; }
.advice b { color: var(--pass); margin-right: 6px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin: 0; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; max-height: 24em; overflow-y: auto; }
ul { margin: 0; padding-left: 18px; }
ul.evidence { list-style: none; padding: 0; }
.node { display: inline-block; padding: 0 8px; border-radius: 99px; background: var(--skip-soft);
  font-size: 13px; max-width: 16em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  vertical-align: bottom; }
.pill { display: inline-block; margin-left: 4px; padding: 0 9px; border-radius: 99px; background: var(--soft);
  color: var(--tone); font-size: 13px; font-weight: 500; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 6px 10px; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
thead th { color: var(--dim); font-weight: 500; font-size: 13px; white-space: nowrap; }
tbody th { white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
.num { font-variant-numeric: tabular-nums; white-space: nowrap; text-align: right; }
.events td:nth-child(3) { width: 70%; min-width: 12em; }
.results { table-layout: fixed; }
.results th:first-child { width: 42px; }
.results th:nth-child(2), .results th:nth-child(4) { width: 18%; }
.results th:nth-child(3) { width: 130px; }
.results th:nth-child(5) { width: 24%; }
.releases code { font-size: 11px; }
.releases td { min-width: 12em; }
.events tr.net td:nth-child(3) { font-weight: 600; }
.matrix { width: auto; }
.matrix th, .matrix td { vertical-align: middle; padding: 4px 10px; }
.matrix td { text-align: center; white-space: nowrap; }
.matrix tbody th { font-weight: 400; white-space: normal; min-width: 210px; max-width: 360px; }
.mark { display: inline-block; width: 22px; height: 22px; line-height: 22px; border-radius: 6px; text-align: center;
  background: var(--soft); color: var(--tone); font-weight: 700; }
a { text-decoration: none; color: inherit; }
a:hover .mark, a:focus .mark { outline: 2px solid var(--tone); }
.checklist + .checklist { border-top: 1px solid var(--line); margin-top: 18px; }
article { border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: 0 8px 8px 0;
  padding: 10px 14px; margin: 10px 0; }
article:target { background: var(--soft); }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--accent); }
svg { width: 100%; height: auto; display: block; margin-bottom: 10px; }
svg text { font-size: 12px; fill: var(--dim); }
svg .tick { text-anchor: middle; }
svg text.lane { text-anchor: end; fill: var(--ink); }
svg line.lane { stroke: var(--line); stroke-width: 2; }
svg .grid { stroke: var(--line); stroke-dasharray: 2 4; }
svg text.halt { fill: var(--warn); text-anchor: middle; }
svg line.halt { stroke: var(--warn); stroke-width: 1.5; stroke-dasharray: 5 3; }
svg circle { stroke: var(--panel); stroke-width: 1.5; }
svg .net { fill: var(--ink); }
.stage, .step, .fault { --stage: var(--skip); fill: var(--stage); background: var(--stage); }
.stage.running { --stage: #4c78c9; } .stage.halted { --stage: #c9a227; } .stage.switching { --stage: #a65fb2; }
.stage.executing { --stage: #d98236; } .stage.applied { --stage: #3f9fb0; } .stage.upgraded { --stage: #4f9d69; }
.stage.stuck { --stage: #c65b6b; } .stage.gone { --stage: #7d8796; }
.step { --stage: var(--skip); opacity: .6; } .fault { --stage: var(--warn); } .bad { --stage: var(--fail); opacity: 1; }
.error-line { stroke: var(--fail); stroke-width: 2; background: var(--fail); }
.process-end { stroke: var(--ink); stroke-width: 2; background: var(--ink); }
.missed { fill: var(--warn); background: var(--warn); }
svg rect { stroke: var(--panel); stroke-width: .5; }
svg polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.bar { display: flex; height: 18px; border-radius: 6px; overflow: hidden; gap: 1px; }
.bar i { min-width: 1px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin-top: 8px; font-size: 13px; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.part0 { background: #4c78c9; } .part1 { background: #d98236; } .part2 { background: #4f9d69; }
.part3 { background: #a65fb2; } .part4 { background: #c9a227; } .part5 { background: #3f9fb0; }
.part6 { background: #c65b6b; } .part7 { background: #7d8796; }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.times { width: auto; }
.tall { max-height: 32em; overflow: auto; }
.log { font-size: 13px; } .log td { padding: 2px 8px; } .log tr.error td:nth-child(3) { color: var(--fail); font-weight: 600; }
.log tr.evidence td, mark { background: var(--fail-soft); color: inherit; }
#log-search { width: 100%; font: inherit; color: inherit; background: var(--shade); border: 1px solid var(--line); border-radius: 6px; padding: 6px 10px; margin-bottom: 8px; }
.power { display: inline-block; width: 120px; height: 8px; border-radius: 4px; background: var(--shade); overflow: hidden; }
.power i { display: block; height: 100%; background: var(--accent); }
@media (max-width: 640px) {
  dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; }
  header, section { padding: 16px; } svg { display: none; }
  .again { flex-direction: column; gap: 2px; }
  .scroll td, .scroll tbody th { min-width: 6em; } .scroll td:empty, .scroll .num, .scroll .matrix td { min-width: 0; }
  .matrix tbody th { min-width: 9em; }
}
@media screen and (max-width: 900px) {
  .results thead { display: none; }
  .results, .results tbody, .results tr, .results td { display: block; width: auto; }
  .results tr { position: relative; padding: 8px 0 8px 36px; border-bottom: 1px solid var(--line); }
  .results td { border: 0; padding: 2px 0; }
  .results td:first-child { position: absolute; left: 0; }
  .results td:empty { display: none; }
  .results td::before { color: var(--dim); font-size: 13px; }
  .results td[data-label]::before { content: attr(data-label) " "; }
}
@media print {
  body { background: none; } header, section { break-inside: avoid-page; }
  pre, dd { max-height: none; overflow: visible; } .scroll { overflow: visible; }
  table { font-size: 12px; } .matrix tbody th { min-width: 0; } .releases td, .events td:nth-child(3) { min-width: 0; }
  .results { font-size: 11px; } .results code { font-size: 10px; } .results .node { white-space: normal; }
  .results th:nth-child(3) { width: 12%; } .results th:nth-child(4) { width: 14%; } .results th:nth-child(5) { width: 20%; }
}
)css";
}

}  // namespace rehearse::reports::page
