#!/usr/bin/env bash
# The control of the default rehearsal: the least that the same upgrade takes when nobody looks at it. Shell and curl, the
# same binaries, Cosmovisor and parameters, no checks and no harness. Making the homes is not timed. Prints one line:
#   total 8.43 boot 2.02 vote 2.31 wait 0.48 switch 2.66 blocks 0.91 stop 0.05          (seconds)
#
#   boot    exec of the four Cosmovisors      height 1 on all
#   vote    height 1 on all                   passed
#   wait    passed                            the last node's halt line
#   switch  the last node's halt line         H+1 on all
#   blocks  H+1 on all                        H+K on all
#   stop    H+K on all                        the Cosmovisors are gone
set -Eeuo pipefail
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
fixtures=$root/.cache/fixtures
cosmovisor=$fixtures/bin/cosmovisor
scenario=$root/scenarios/chain-upgrade.yaml
powers=(40 30 20 10)
chain=virtengine-floor-1 from=v1.0.0 to=v2.0.0

# What both sides have to agree on is read where the harness has it.
field() { sed -n "s/.*[{ ]$1: \([0-9]*\).*/\1/p" "$scenario"; }
pace() { sed -n "s/.* $1 = \"\([^\"]*\)\";.*/\1/p" "$root/localnet/config_files.h"; }
voting=$(field voting_period) after=$(field blocks_after)
nominal_ms=150  # a block at pace `fast` (harness/scenario.cc)

mkdir -p "$root/.cache/bench"
work=$(mktemp -d "$root/.cache/bench/floor.XXXXXX")
exec {told}>&2  # a trap may run where stderr goes to a file
nodes=()  # each is the leader of a process group, which its chain process is in

die() { printf 'floor.sh: %s; see %s\n' "$*" "$work" >&"$told"; trap - EXIT ERR; stop; exit 3; }
# Every process of the groups; whoever inherits the chain processes may be slow to collect what is left of them, so that
# is not waited for where time counts.
kill_all() { local n; for n in "${nodes[@]}"; do kill -KILL -- "-$n" 2>/dev/null || true; done; }
leaders() { local n; for n in "${nodes[@]}"; do kill -0 "$n" 2>/dev/null && return; done; return 1; }
groups() { local n; for n in "${nodes[@]}"; do kill -0 -- "-$n" 2>/dev/null && return; done; return 1; }
stop() { kill_all; while groups; do sleep 0.02; done; }
trap 'stop; rm -rf "$work"' EXIT
trap '((BASH_SUBSHELL)) || die "line $LINENO: $BASH_COMMAND"' ERR
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A block of loopback addresses that the harness never takes (its second number ends at 250) and no other control has.
claim_addresses() {
  local y
  for y in {1..250}; do
    exec {lock}>"${TMPDIR:-/tmp}/rehearse-floor-$y.lock"
    flock -n "$lock" && { net=127.251.$y; return; }
  done
  die "no free addresses"
}

# ---- preparation: homes made by the chain's own commands

unpack() {  # $1: release
  mkdir "$work/$1"
  tar -xzf "$fixtures/releases/releases/$1/virtengine_linux_amd64.tar.gz" -C "$work/$1"
}
ve() { HOME=$work/operator "$work/$from/virtengine" "$@"; }
home() { printf '%s/validator-%s' "$work" "$1"; }

make_genesis() {
  local i address first
  mkdir "$work/operator"
  first=$(home 1)/config/genesis.json
  for i in 1 2 3 4; do
    ve init "validator-$i" --chain-id "$chain" --default-denom uve --home "$(home $i)" >"$work/init-$i.json" 2>&1
    address=$(ve keys add "validator-$i" --home "$work/operator" --keyring-backend test --output json 2>&1 \
      | grep -o '"address":"[^"]*"' | sed 's/.*:"\(.*\)"/\1/')
    ve genesis add-genesis-account "$address" 1000000000000uve --home "$(home 1)"
  done
  # As the profile patches it.
  sed -i -e 's/"voting_period": ".*"/"voting_period": "'"$voting"'s"/' \
    -e 's/"expedited_voting_period": ".*"/"expedited_voting_period": "'"$((voting * 500))"'ms"/' \
    -e 's/"max_deposit_period": ".*"/"max_deposit_period": "60s"/' \
    -e 's/"\(inflation\|inflation_max\|inflation_min\|inflation_rate_change\)": ".*"/"\1": "0.000000000000000000"/' "$first"
  for i in 1 2 3 4; do
    ((i == 1)) || cp "$first" "$(home $i)/config/genesis.json"
    ve genesis gentx "validator-$i" "${powers[i - 1]}000000uve" --chain-id "$chain" --ip "$net.$i" --home "$(home $i)" \
      --keyring-backend test --keyring-dir "$work/operator" --output-document "$work/gentx-$i.json" 2>/dev/null
  done
  mkdir "$work/gentxs"
  mv "$work"/gentx-?.json "$work/gentxs"
  ve genesis collect-gentxs --home "$(home 1)" --gentx-dir "$work/gentxs" >/dev/null 2>&1
  for i in 2 3 4; do cp "$first" "$(home $i)/config/genesis.json"; done
}

id_of() { sed -n 's/.*"node_id": *"\([^"]*\)".*/\1/p' "$work/init-$1.json"; }

# As localnet/config_files.cc renders it: of several entries for one peer the one that is dialled first counts.
write_config() {  # $1: node
  local j peers='' ids='' config
  config=$(home "$1")/config
  for j in 1 2 3 4; do
    ((j == $1)) && continue
    peers+=,$(id_of $j)@$net.$j:26656 ids+=,$(id_of $j)
  done
  for j in 1 2 3 4; do peers+=$peers; done  # 48 entries
  cat >"$config/config.toml" <<END
moniker = "validator-$1"
log_level = "info"
log_format = "plain"
log_no_color = true
[rpc]
laddr = "tcp://$net.$1:26657"
pprof_laddr = ""
[p2p]
laddr = "tcp://$net.$1:26656"
persistent_peers = "${peers:1}"
unconditional_peer_ids = "${ids:1}"
pex = false
addr_book_strict = false
allow_duplicate_ip = true
flush_throttle_timeout = "$(pace flush_throttle)"
[consensus]
create_empty_blocks = true
peer_gossip_sleep_duration = "$(pace peer_gossip_sleep)"
$(for key in timeout_{propose,prevote,precommit}{,_delta} timeout_commit; do printf '%s = "%s"\n' $key "$(pace $key)"; done)
END
  sed -i -e 's/^minimum-gas-prices = .*/minimum-gas-prices = "0uve"/' \
    -e "/^\[api\]/,/^\[/{s/^enable = .*/enable = true/;s|^address = .*|address = \"tcp://$net.$1:1317\"|}" \
    -e "/^\[grpc\]/,/^\[/s/^address = .*/address = \"$net.$1:9090\"/" \
    -e '/^\[grpc-web\]/,/^\[/s/^enable = .*/enable = false/' "$config/app.toml"
}

install_binaries() {  # $1: node
  local part release
  for part in "genesis $from" "upgrades/$to $to"; do
    release=${part#* }
    mkdir -p "$(home "$1")/cosmovisor/${part% *}/bin"
    ln "$work/$release/virtengine" "$(home "$1")/cosmovisor/${part% *}/bin/virtengine"
  done
  ln -s "$(home "$1")/cosmovisor/genesis" "$(home "$1")/cosmovisor/current"
}

write_proposal() {  # $1: height
  cat >"$work/proposal.json" <<END
{"messages": [{"@type": "/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade", "authority": "$authority",
  "plan": {"name": "$to", "height": "$1", "info": ""}}],
 "metadata": "", "deposit": "10000000uve", "title": "Upgrade to $to", "summary": "The control's", "expedited": false}
END
}

# ---- the timed part

start() {  # $1: node
  mkdir "$(home "$1")/logs"
  env -i HOME="$(home "$1")" PATH=/usr/local/bin:/usr/bin:/bin DAEMON_NAME=virtengine DAEMON_HOME="$(home "$1")" \
    DAEMON_ALLOW_DOWNLOAD_BINARIES=false DAEMON_RESTART_AFTER_UPGRADE=true UNSAFE_SKIP_BACKUP=false \
    COSMOVISOR_COLOR_LOGS=false setsid "$cosmovisor" run start --home "$(home "$1")" \
    >"$(home "$1")/logs/node.log" 2>&1 </dev/null &
  nodes+=($!)
  disown  # bash would tell of its end
}

await() {  # $@: command that is true when it is so; asked as often as the harness looks
  local limit=$((SECONDS + 60))
  until "$@"; do
    ((SECONDS < limit)) || die "not in 60 s: $*"
    sleep 0.05
  done
}
stored_on_all() {  # $1: height
  local height count=0
  for height in $(curl -s --max-time 2 "http://$net.[1-4]:26657/status" | grep -o '"latest_block_height":"[0-9]*' \
    | grep -o '[0-9]*$'); do
    ((height >= $1)) && ((++count))
  done
  ((count == 4))
}
proposal_is() { curl -s --max-time 2 "http://$net.1:1317/cosmos/gov/v1/proposals/1" | grep -q "PROPOSAL_STATUS_$1"; }
halted_on_all() {
  (($(grep -l 'NEEDED at height' "$work"/validator-?/logs/node.log | grep -c .) == 4))
}
passed() {
  proposal_is FAILED && die "the proposal passed after height $height; this machine is too busy to be measured"
  proposal_is PASSED
}
tx() {  # $1: node; the rest: the transaction
  local node=$1
  shift
  ve tx "$@" --from "validator-$node" --home "$work/operator" --keyring-backend test --node "tcp://$net.$node:26657" \
    --chain-id "$chain" --gas 500000 --broadcast-mode sync --output json --yes >"$work/tx-$node.json" 2>&1 \
    && grep -q '"code":0' "$work/tx-$node.json"
}

claim_addresses
unpack "$from"
unpack "$to"
make_genesis
for i in 1 2 3 4; do
  write_config $i
  install_binaries $i
done
cp -r "$(home 1)/config" "$work/operator/"  # so that commands side by side do not write their defaults
hash=$(printf gov | sha256sum)
authority=$(ve keys parse "${hash:0:40}" --output json | grep -o 've1[0-9a-z]*' | sed -n 1p)
# As the harness chooses it on a quiet machine: half a second for the proposal, the voting, and three blocks; blocks may come a tenth faster than
# the nominal pace, and a height that is past when the proposal passes cannot be scheduled.
height=$((1 + (500 + voting * 1000 + nominal_ms * 9 / 10 - 1) / (nominal_ms * 9 / 10) + 3))
write_proposal "$height"

moments=(${EPOCHREALTIME/./})
reached() { moments+=(${EPOCHREALTIME/./}); }
for i in 1 2 3 4; do start $i; done
await stored_on_all 1
reached
tx 1 gov submit-proposal "$work/proposal.json" || die "the proposal was not taken"
await proposal_is VOTING_PERIOD
votes=()
for i in 1 2 3 4; do tx $i gov vote 1 yes & votes+=($!); done
for vote in "${votes[@]}"; do wait "$vote" || die "a vote was not taken"; done
await passed
reached
await halted_on_all
reached
await stored_on_all $((height + 1))
reached
await stored_on_all $((height + after))
reached
kill_all
while leaders; do sleep 0.005; done
reached

seconds() { printf '%s %d.%03d ' "$1" $(($2 / 1000000)) $(($2 / 1000 % 1000)); }
seconds total $((moments[6] - moments[0]))
i=0
for part in boot vote wait switch blocks stop; do
  seconds $part $((moments[i + 1] - moments[i]))
  ((++i))
done
echo
