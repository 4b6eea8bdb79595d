# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Guests that try what they can: those that are to survive it do, the others end, and the
# host goes on.
. "$IT/lib.sh"

for deed in write-hole write-beyond ins-hole mmio-loop port-flood x2apic-flood interrupt-storm \
	console-flood timer-flood; do
	run_guest evil $deed "do=$deed"
done
for seed in 1 2 3; do
	for deed in random-registers random-code; do
		evil wild "do=$deed seed=$seed rounds=3000"
		wait_for 15 says wild.out '^(ok|done)' ||
			wait_for 1 is_state wild crashed ||
			wait_for 1 is_state wild stopped
		now=$(state wild)
		reason=$(field wild reason)
		does "$deed $seed (then $now${reason:+: $reason}): destroy" insula destroy wild
	done
done
run_guest hello "a good guest afterwards" ""
