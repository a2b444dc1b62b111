#!/usr/bin/env bash
# Whether Prometheus understands the alerts and the dashboard's queries, and each alert fires when it should and only then.
# promtool comes with Debian's package of the whole server, which starts one at once: it is asked for, and not installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../reports/monitoring"
command -v promtool >/dev/null || { echo "skipped: needs promtool"; exit 77; }

promtool check rules alerts.yaml
promtool test rules alerts.test.yaml

queries=$(mktemp)
trap 'rm -f "$queries"' EXIT
/usr/bin/python3 - >"$queries" <<'END'
import json
targets = [t for p in json.load(open("dashboard.json"))["panels"] for t in p["targets"]]
rules = [{"record": f"query:{n}", "expr": t["expr"].replace("$__range", "12h")} for n, t in enumerate(targets)]
print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))  # which is YAML
END
promtool check rules "$queries"
