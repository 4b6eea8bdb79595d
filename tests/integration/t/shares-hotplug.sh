# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# What VMs were promised of the CPUs when one of these goes, and when it comes back.
. "$IT/lib.sh"

cpu1() { echo "$1" >/sys/devices/system/cpu/cpu1/online || bad "cpu1 does not become $1"; }
lacking() { insula list -j | jq -c 'map(.cpu_lacking)'; }
lacks() { [ "$(lacking)" = "$1" ]; }
# told FILTER: of the events so far, does one match?
told() { [ "$(jq -sc "any(.[]; $1)" <events)" = true ]; }
# sooner WHAT COMMAND...: or later
sooner() {
	what=$1
	shift
	wait_for "$PATIENCE" "$@" && ok "$what" || bad "$what: not in $PATIENCE s: $*: $(lacking); $(tail -n 3 events)"
}

play a "do=count ms=20" --cpus 2 --cpu-min 100
play b "do=count ms=20" --cpu-min 100
output_has "a guest" a.out count
output_has "another one" b.out count
is "two guarantees on two CPUs" "$(lacking)" "[0,0]"
monitor events -j
objects=$monitor
monitor lines
people=$monitor

# Who came first keeps it.
cpu1 0
is "a CPU less: exactly one is not kept" "$(lacking)" "[0,100]"
is "show -j" "$(insula show -j b | jq '.[0].cpu_lacking')" 100
is "stats -j" "$(insula stats -j b | jq '.[0].cpu_lacking')" 100
matches "show" "$(insula show b)" '^cpu min +100% \(100% of it cannot be kept: too few CPUs\)$'
matches "show the other one" "$(insula show a)" '^cpu min +100%$'
sooner "an event says so" told '.name == "b" and .state == "running" and .cpu_lacking == 100'
is "none of the other one" "$(jq -r .name <events | sort -u)" b
sooner "and a line" says lines ' b running; 100% of its cpu-min cannot be kept: too few CPUs$'
insula pause a
insula resume a
insula pause b
sooner "other events of it have it, too" told '.name == "b" and .state == "paused" and .cpu_lacking == 100'
insula resume b
does "shares may be set" insula set b --cpu-shares 200
does "and a cap" insula set b --cpu-max 100
does "of the other one as well" insula set a --cpu-shares 300
is "which changes nothing of it" "$(lacking)" "[0,100]"
expect "no guarantee is left" 5 '^insula: c: cpu-min 1% exceeds what is left \(0% of 100%\)$' \
	insula create c --memory 16M --cpu-min 1
does "a guarantee may be lowered, though not kept even so" insula set b --cpu-min 80
is "less is lacking" "$(lacking)" "[0,80]"
expect "but not be raised" 5 '^insula: b: cpu-min 81% exceeds what is left \(0% of 100%\)$' \
	insula set b --cpu-min 81
does "nor need it be" insula set a --cpu-min 50
is "what one gives, the other gets" "$(lacking)" "[0,30]"
sooner "which is an event" told '.name == "b" and .cpu_lacking == 30'

cpu1 1
is "the CPU is back: all are kept" "$(lacking)" "[0,0]"
matches "show" "$(insula show b)" '^cpu min +80%$'
sooner "an event says so" told '.name == "b" and .state == "running" and .cpu_lacking == 0'
is "it is the last one" "$(jq -sc 'last | [.name, .cpu_lacking]' <events)" '["b",0]'
sooner "and a line" says lines ' b running; its cpu-min can be kept again$'
does "guarantees may be raised" insula set a --cpu-min 120

# A listener that comes in between
cpu1 0
sooner "lost again" lacks "[20,80]"
kill "$people"
monitor lines
people=$monitor
cpu1 1
sooner "who listens only now learns of the end, too" says lines ' b running; its cpu-min can be kept again$'
kill "$objects" "$people"
is "each said once" "$(grep -c 'can be kept again' lines)" 2
insula destroy --all

# The only CPU that one may use
on() { [ "$(insula stats -j "$1" | jq '.[0].vcpus[0].cpu')" = "$2" ]; }
play pinned "do=count ms=20" --cpu-affinity 1
evil spins do=spin --cpu-affinity 1
output_has "pinned to the second CPU" pinned.out count
sooner "is there" on pinned 1
sooner "so is one that never sleeps" on spins 1
cpu1 0
last=$(grep -c count pinned.out)
output_has "goes on elsewhere when it goes" pinned.out "count $((last + 3))"
sooner "on the first CPU" on pinned 0
sooner "and the other one" on spins 0
is "which runs" "$(state spins)" running
does "shares may be set" insula set pinned --cpu-shares 200
cpu1 1
sooner "back when it comes" on pinned 1
sooner "and the other one, too" on spins 1
last=$(grep -c count pinned.out)
output_has "and goes on there" pinned.out "count $((last + 3))"
insula destroy --all
