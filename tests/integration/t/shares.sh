# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# What a VM is due of the CPUs: said, kept, shown, changed while it runs, refused when it makes no
# sense; and what is told of what came of it. That the scheduler keeps to it is not tested here.
. "$IT/lib.sh"

possible=$(cat /sys/devices/system/cpu/possible)
blank() { insula create "$1" --memory 16M --cpus 2; }
settings() { insula show -j "$1" | jq -c '.[0] | [.cpu_shares, .cpu_min, .cpu_max, .cpu_affinity]'; }

# Said when it is made, and not said
blank plain
is "defaults" "$(settings plain)" "[100,0,null,\"$possible\"]"
does "all four with create" insula create all --memory 16M --cpus 2 --cpu-shares 250 --cpu-min 50 \
	--cpu-max 150 --cpu-affinity 0
is "are kept" "$(settings all)" '[250,50,150,"0"]'
is "list has them" "$(insula list -j | jq -c 'map([.name, .cpu_shares, .cpu_affinity])')" \
	"[[\"all\",250,\"0\"],[\"plain\",100,\"$possible\"]]"
is "list shows shares" "$(insula list | sed -n '/^NAME/s/.*\(SHARES\).*/\1/p;s/^all .* 2  *\([0-9]*\) .*/\1/p' |
	tr '\n' ' ')" "SHARES 250 "
is "show has them" "$(insula show all | grep '^cpu [sma]' | tr -s ' ' | tr '\n' ';')" \
	'cpu shares 250;cpu min 50%;cpu max 150%;cpu affinity 0;'
matches "show: no cap" "$(insula show plain)" '^cpu max +none'

# Changed
does "set one" insula set all --cpu-shares 10000
is "changes one" "$(settings all)" '[10000,50,150,"0"]'
does "set several, one of another kind" insula set all --cpu-shares 1 --cpu-min 0 --cpu-max none \
	--cpu-affinity all --on-reboot stop
is "changes them" "$(settings all)$(field all on_reboot)" "[1,0,null,\"$possible\"]stop"
does "a guarantee and a cap of the same" insula set all --cpu-min 100 --cpu-max 100
does "and back" insula set all --cpu-min 0 --cpu-max none
does "a cap beyond the vCPUs" insula set all --cpu-max 25500
does "1 %" insula set all --cpu-max 1
is "is 1 %" "$(field all cpu_max)" 1

# Refused as usage, by whoever reads the command line
usage() { expect "$1" 2 "$2" insula set all "$3" "$4"; }
usage "shares 0" '^insula: --cpu-shares: takes a number from 1 to 10000, not "0"$' --cpu-shares 0
usage "shares 10001" '^insula: --cpu-shares: takes a number from 1 to 10000, not "10001"$' --cpu-shares 10001
usage "shares that are no number" '--cpu-shares: takes a number from 1 to 10000, not "many"' --cpu-shares many
usage "a guarantee of more than there can be" \
	'^insula: --cpu-min: takes percents of one CPU, from 0 to 25500, not "25501"$' --cpu-min 25501
usage "a negative guarantee" '--cpu-min: takes percents of one CPU, from 0 to 25500, not "-5"' --cpu-min -5
usage "a cap of nothing" '^insula: --cpu-max: takes percents of one CPU, from 1 to 25500, or none, not "0"$' --cpu-max 0
usage "a cap that is no number" '--cpu-max: takes percents .* or none, not "all"' --cpu-max all
usage "no CPUs" '^insula: --cpu-affinity: takes CPUs of the host such as 0-3,8, or all, not ""$' --cpu-affinity ""
usage "garbage for CPUs" '--cpu-affinity: takes CPUs .* or all, not "garbage"' --cpu-affinity garbage
usage "CPUs backwards" '--cpu-affinity: takes CPUs .*, not "3-1"' --cpu-affinity 3-1
expect "an option without its value" 2 '--cpu-shares: needs a value \(N\)' insula set all --cpu-shares
expect "nothing to set" 2 '^insula: all: nothing to set' insula set all
expect "of no VM" 3 '^insula: ghost: no such VM$' insula set ghost --cpu-shares 5
expect "create with bad shares" 2 'cpu-shares.*1 to 10000' insula create bad --memory 16M --cpu-shares 0

# Refused for sense, by the module
does "something to go back to" insula set all --cpu-shares 300 --cpu-min 50 --cpu-max 150 --cpu-affinity 0
expect "a guarantee above the cap" 1 '^insula: all: cpu-min 151% exceeds cpu-max 150%$' insula set all --cpu-min 151
expect "a cap below the guarantee" 1 '^insula: all: cpu-min 50% exceeds cpu-max 49%$' insula set all --cpu-max 49
expect "a guarantee above what the vCPUs can use" 1 \
	'^insula: all: cpu-min 201% exceeds what 2 vCPUs can use \(200%\)$' insula set all --cpu-min 201 --cpu-max none
expect "CPUs that are not there" 1 \
	"^insula: all: cpu-affinity 99-100: this host has no other CPUs than $possible$" insula set all --cpu-affinity 99-100
expect "CPUs beyond any number" 1 'this host has no other CPUs than' insula set all --cpu-affinity 99999999999
expect "one right, one wrong" 1 'cpu-min 60% exceeds cpu-max 10%' \
	insula set all --cpu-shares 7 --cpu-affinity all --cpu-min 60 --cpu-max 10 --on-reboot restart
is "nothing of all that was set" "$(settings all)$(field all on_reboot)" '[300,50,150,"0"]stop'
expect "create: a guarantee above the cap" 1 '^insula: bad: cpu-min 50% exceeds cpu-max 40%$' \
	insula create bad --memory 16M --cpu-min 50 --cpu-max 40
expect "create: CPUs that are not there" 1 'no other CPUs' insula create bad --memory 16M --cpu-affinity 99
is "no VM was made" "$(insula list -q | tr '\n' ' ')" "all plain "
insula destroy --all

# Refused for lack of CPU: this host has one
does "a guarantee of most of it" insula create a --memory 16M --cpus 2 --cpu-min 40
does "another one" insula create b --memory 16M --cpu-min 50
expect "create: more than is left" 5 '^insula: c: cpu-min 11% exceeds what is left \(10% of 100%\)$' \
	insula create c --memory 16M --cpu-min 11
is "no VM was made" "$(insula list -q | tr '\n' ' ')" "a b "
expect "set: more than is left" 5 '^insula: b: cpu-min 70% exceeds what is left \(60% of 100%\)$' \
	insula set b --cpu-min 70 --cpu-shares 7
is "nothing of it was set" "$(settings b)" "[100,50,null,\"$possible\"]"
does "all that is left" insula set b --cpu-min 60
expect "create: nothing is left" 5 '^insula: c: cpu-min 1% exceeds what is left \(0% of 100%\)$' \
	insula create c --memory 16M --cpu-min 1
does "what does not concern it" insula set b --cpu-shares 200 --cpu-max 80
does "a VM without a guarantee" insula create c --memory 16M --cpu-shares 10000
does "its shares" insula set c --cpu-shares 300
does "a guarantee is lowered" insula set a --cpu-min 30
does "which frees it" insula set b --cpu-min 70
insula destroy b
does "so does the end of a VM" insula set a --cpu-min 100
is "all of the CPU" "$(settings a)" "[100,100,null,\"$possible\"]"
is "nothing is lacking" "$(insula list -j | jq -c 'map(.cpu_lacking)')" '[0,0]'
matches "nor does show say so" "$(insula show a)" '^cpu min +100%$'
insula destroy --all

# While it runs
play busy do=idle --cpus 2 --cpu-shares 40
output_has "a guest" busy.out idle
does "set, while it runs" insula set busy --cpu-shares 400 --cpu-max 150
is "is in effect" "$(settings busy)" "[400,0,150,\"$possible\"]"
does "and is kept over a reset" insula reset busy
is "is kept" "$(settings busy)" "[400,0,150,\"$possible\"]"

# What is told of what came of it
keys='["cpu_time_ns","cpu_entitled_ns","cpu_waiting_ns","cpu_throttled_ns","cpu_taken_ns","cpu_steal_ns",
"switches","migrations","wakes","wake_latency_p50_ns","wake_latency_p99_ns","wake_latency_max_ns"]'
blank off
stats() { insula stats -j "$@"; }
is "stats: keys, all of them numbers" \
	"$(stats busy | jq -c --argjson keys "$keys" '.[0] as $s | $keys | map($s[.] | type) | unique')" '["number"]'
is "stats: those of show as well" \
	"$(stats busy | jq -c --argjson show "$(insula show -j busy)" '($show[0] | keys) - (.[0] | keys)')" '[]'
is "stats of all: the same, without vCPUs" \
	"$(stats | jq -c --argjson keys "$keys" 'map($keys - keys + (keys - (keys - ["vcpus"]))) | add')" '[]'
is "stats: steal is the sum" "$(stats busy |
	jq '.[0] | .cpu_steal_ns == .cpu_waiting_ns + .cpu_throttled_ns + .cpu_taken_ns')" true
is "stats: latency does not fall" "$(stats busy | jq '.[0] |
	.wake_latency_p50_ns <= .wake_latency_p99_ns and .wake_latency_p99_ns <= .wake_latency_max_ns')" true
is "stats: time was received" "$(stats busy | jq '.[0].cpu_time_ns > 0')" true
is "vCPUs: each" "$(stats busy | jq -c '.[0].vcpus | map(.id)')" '[0,1]'
is "vCPUs: keys" "$(stats busy | jq -c --argjson keys "$keys" \
	'.[0].vcpus | map(($keys - ["cpu_entitled_ns"] + ["id","state","cpu"]) - keys) | add')" '[]'
is "vCPUs: states" "$(stats busy | jq -c '.[0].vcpus | map(.state) - ["asleep","waiting","running","throttled"]')" '[]'
is "vCPUs: none while it is off" "$(stats off | jq -c '.[0].vcpus')" '[]'
matches "stats as text: entitled beside received" "$(insula stats busy)" '^  cpu  .*s received, .*s entitled'
is "stats as text: vCPUs" "$(insula stats busy | grep -c '^  vcpu [01] .* received, .* throttled')" 2
is "stats as text, of all: no vCPUs" "$(insula stats | grep -c '^  vcpu')" 0
timeout 4 insula stats busy --interval 1 >rates
matches "stats --interval: percents" "$(cat rates)" '^  cpu  +[0-9.]+% received, [0-9.]+% entitled$'
matches "stats --interval: times per second" "$(cat rates)" '^  switches +[0-9]+/s, [0-9]+/s migrations, [0-9]+/s wake-ups$'
matches "stats --interval: of vCPUs" "$(cat rates)" '^  vcpu 1 .* [0-9.]+% throttled'
timeout 4 insula stats -j busy --interval 1 >rates
is "stats -j --interval: an array a line" "$(jq -c 'map(.name)' <rates | sort -u)" '["busy"]'
insula destroy --all

# As many as there can be
insula create many --memory 32M --cpus 255 --kernel "$GUESTS/play.elf" --append do=idle
does "255 vCPUs" insula start many
is "are told of one by one" "$(stats many | jq -c '.[0].vcpus | map(.id) | . == [range(255)]')" true
insula destroy many
