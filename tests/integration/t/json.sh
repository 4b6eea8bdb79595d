# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# JSON as scripts rely on it.
. "$IT/lib.sh"

keys='["name","id","state","reason","cpus","memory","memory_resident","memory_target","memory_min",
"memory_shares","cpu_shares","cpu_min","cpu_max","cpu_time_ns","uptime_ns","console","disks","nics","balloon"]'

is "no VMs are an empty array" "$(insula list -j | jq -c .)" "[]"
truncate -s 1M disk.img
play one do=idle --cpus 2 --disk disk.img --nic
play two do=poweroff
output_has "a guest" one.out idle
comes_to "another" two stopped poweroff
is "list: all keys" "$(insula list -j | jq -c --argjson keys "$keys" 'map($keys - keys) | add')" "[]"
is "show: all keys" "$(insula show -j one | jq -c --argjson keys "$keys" 'map($keys - keys) | add')" "[]"
is "list: names in order" "$(insula list -j | jq -c 'map(.name)')" '["one","two"]'
is "list: states" "$(insula list -j | jq -c 'map(.state)')" '["running","stopped"]'
is "list: reasons" "$(insula list -j | jq -c 'map(.reason)')" '["","poweroff"]'
is "types" "$(insula show -j one | jq -c '.[0] | [.id, .cpus, .memory, .memory_resident, .cpu_time_ns,
	.uptime_ns] | map(type) | unique')" '["number"]'
is "arrays" "$(insula show -j two | jq -c '.[0] | [.disks, .nics]')" '[[],[]]'
is "disks: all keys" "$(insula show -j one | jq -c '.[0].disks[0] | keys_unsorted')" \
	'["path","size","ro","serial","reads","read_bytes","writes","write_bytes","flushes","discards","errors","inflight"]'
is "disks: types" "$(insula show -j one | jq -c '.[0].disks[0] | map(type) | unique')" \
	'["boolean","number","string"]'
is "nics: all keys" "$(insula show -j one | jq -c '.[0].nics[0] | keys_unsorted')" \
	'["name","ifindex","mac","link","rx_packets","rx_bytes","rx_dropped","tx_packets","tx_bytes","tx_dropped"]'
is "stats has them, too" "$(insula stats -j one | jq -c '.[0] | [.disks[0].reads, .nics[0].rx_packets] |
	map(type)')" '["number","number"]'
is "cpus" "$(insula show -j one | jq '.[0].cpus')" 2
is "memory" "$(insula show -j one | jq '.[0].memory')" $((32 << 20))
is "stats: exits are numbers" \
	"$(insula stats -j one | jq -c '.[0].exits | map(type) | unique')" '["number"]'
is "stats: halts were counted" "$(insula stats -j one | jq '.[0].exits | add > 0')" true
is "check: ok" "$(insula check -j | jq .ok)" true
is "check: vendor" "$(insula check -j | jq -r '.vendor | test("^(svm|vmx)$")')" true
is "check: features" "$(insula check -j | jq -r '.features | type')" object
is "check: problems" "$(insula check -j | jq -c .problems)" "[]"

monitor events -j
insula create three --kernel "$GUESTS/play.elf" --memory 32M --append do=poweroff
insula start three
wait_for "$PATIENCE" is_state three stopped
insula destroy three
wait_for "$PATIENCE" says events poweroff
kill "$monitor"
is "monitor: one object a line" "$(jq -c 'type' <events | sort -u)" '"object"'
is "monitor: states" "$(jq -r 'select(.name == "three") | .state' <events | tr '\n' ' ' |
	grep -c 'stopped running stopped')" 1
is "monitor: the reason" "$(jq -r 'select(.name == "three") | .reason' <events | grep -c '^poweroff$')" 1
insula destroy --all
