// What the nodes said, in one order of time. It can be read without the script, which only leaves out lines.
#include <fmt/format.h>

#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports::page {

namespace {

constexpr std::size_t kMostOfLine = 1000;  // bytes

// Shows the lines that hold all of the words.
constexpr const char* kSearch = R"js(
const search = document.getElementById('log-search');
search.hidden = false;
search.addEventListener('input', () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of document.querySelectorAll('#logs tbody tr')) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every(word => text.includes(word));
  }
});
)js";

}  // namespace

std::string logs(const record::Course& course, const std::string& evidence_at) {
  std::string out = "<section id=\"logs\">\n<h2>Logs</h2>\n";
  if (course.log.empty()) return out + "<p>No node has said anything that is known as trouble, or as a step of the upgrade.</p>\n</section>\n";
  out += fmt::format("<p class=\"about\">{} lines that are errors or known to the rules, from all nodes{}.</p>\n", course.log.size(),
                     course.log_left_out ? fmt::format("; {} farther away are left out", course.log_left_out) : "");
  out += "<input id=\"log-search\" type=\"search\" placeholder=\"words, or a node\" aria-label=\"Search the lines\" hidden=\"\" />\n"
         "<div class=\"scroll tall\"><table class=\"log\">\n<thead><tr><th>Time</th><th>Node</th><th>Level</th><th>Line</th><th>In</th></tr></thead>\n<tbody>\n";
  for (const auto& l : course.log)
    out += fmt::format("<tr class=\"{}{}\"><td class=\"num\">{}</td><td>{}</td><td>{}</td><td><code>{}</code></td><td class=\"num\" title=\"{}\"><code>{}</code></td></tr>\n", l.error ? "error" : "plain",
                       l.place == evidence_at ? " evidence" : "", duration(l.at), node(l.node), l.error ? "ERR" : "", html(one_line(l.text, kMostOfLine)),
                       html(one_line(l.place)), html(one_line(l.place.substr(l.place.rfind('/') + 1))));
  return out + "</tbody></table></div>\n<script>" + kSearch + "</script>\n</section>\n";
}

}  // namespace rehearse::reports::page
