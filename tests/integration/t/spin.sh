# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015
#
# Guests whose CPUs wait for each other in loops of PAUSE, on a host that has one CPU for them all:
# who waits gives it to another, so that a lock goes round in much less than slices. A slice is
# up to 2 ms; without this, a hand-over would take that or more, and each would see hundreds of
# PAUSE exits that lead to nothing.
. "$IT/lib.sh"
. "$IT/sched-lib.sh"

TURNS=1000
SLICE=2000000	# ns

insula check -j >features
if ! grep -qE '"pause-(loop-exiting|filter)": true' features; then
	ok "skipped: no pause exits on this CPU"
	exit
fi

for cpus in 2 3 4; do
	what="$cpus vCPUs on one CPU"
	launch s --kernel "$GUESTS/spin.elf" --memory 32M --debug-exit --cpus $cpus --cpu-affinity 0 \
		--append n=$TURNS
	comes_to "$what: end" s stopped '^debug-exit$'
	is "$what: with status" "$(field s exit_code)" 33
	tr -d '\r' <s.out | sed -n "s/^\(not \)\{0,1\}ok /\1ok $TEST: $what: /p"
	took=$(tr -d '\r' <s.out | sed -n 's/^hand-over //p')
	at_most "$what: ns from turn to turn, against a tenth of a slice" "${took:-$SLICE}" $((SLICE / 10))
	# Each hand-over needs one; a vCPU that was not next in line, another one.
	per=$(($(told s pause) * 100 / (cpus * TURNS)))
	at_most "$what: PAUSE exits in 100 hand-overs" $per 150
	[ $per -ge 90 ] || bad "$what: but $per PAUSE exits in 100 hand-overs"
	insula destroy s
done
