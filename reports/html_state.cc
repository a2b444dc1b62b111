#include <fmt/format.h>

#include "reports/facts.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace rehearse::reports::page {

std::string state(const record::RunRecord& run) {
  if (!run.state) return "";
  std::string out = "<section>\n<h2>State difference</h2>\n<details>\n<summary>" +
                    html(one_line(state_title(*run.state))) +
                    "</summary>\n<div class=\"scroll\"><table "
                    "class=\"changes\">\n<thead><tr><th>Store</th><th>Keys</th><th>Added</th>"
                    "<th>Removed</th><th>Changed</th><th>Bytes</th></tr></thead>\n<tbody>\n";
  for (const auto& row : state_rows(*run.state))
    out += fmt::format(
        "<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td><td>{:+}</td></tr>\n",
        value(one_line(row.store)), value(one_line(row.of->prefix)), row.of->added, row.of->removed,
        row.of->changed, row.of->bytes);
  return out + "</tbody></table></div>\n</details>\n</section>\n";
}

}  // namespace rehearse::reports::page
