# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Guests that listen to nothing: pause, stop, reset and destroy come back all the same, soon.
# Time is a count of instructions here, 10^9 a second.
. "$IT/lib.sh"

LIMIT=1000	# ms
! debug_kernel || LIMIT=2000

for deed in spin spin-exits spin-timer halt-deaf endless-string endless-insb tables-loop; do
	evil s "do=$deed"
	output_has "$deed: begins" s.out 'evil '
	usleep 100000
	for command in pause resume reset stop start pause stop; do
		case $deed:$command in tables-loop:start) ;; tables-loop:*) continue ;; esac
		elapsed_ms timeout "$PATIENCE" insula $command s
		[ "$status" = 0 ] || bad "$deed: $command: status $status"
		at_most "$deed: $command in time (ms)" "$elapsed" $LIMIT
	done
	if [ $deed != tables-loop ]; then
		insula start s
		usleep 100000
	fi
	elapsed_ms timeout "$PATIENCE" insula destroy s
	[ "$status" = 0 ] || bad "$deed: destroy: status $status"
	at_most "$deed: destroy in time (ms)" "$elapsed" $LIMIT
done
# More of them than CPUs, and the host still answers.
for i in 1 2 3 4; do
	evil "s$i" do=spin
done
elapsed_ms timeout "$PATIENCE" insula list
at_most "list beside four that spin (ms)" "$elapsed" $LIMIT
elapsed_ms timeout "$PATIENCE" insula destroy --all
at_most "destroy of four that spin (ms)" "$elapsed" $LIMIT
