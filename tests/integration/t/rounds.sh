# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Two hundred VMs, one after the other, and the host is as it was.
. "$IT/lib.sh"

ROUNDS=${ROUNDS:-200}

slab() { meminfo Slab; }
threads() {
	set -- /proc/[0-9]*
	echo $#
}
round() {
	insula create r --kernel "$GUESTS/play.elf" --memory 32M --cpus 2 --append do=idle &&
		insula start r && insula destroy r
}

i=0
while [ $i -lt 10 ]; do
	round || break
	i=$((i + 1))
done
settle
available=$(meminfo MemAvailable) slab=$(slab) threads=$(threads) i=0
while [ $i -lt "$ROUNDS" ]; do
	round || break
	i=$((i + 1))
done
is "rounds" $i "$ROUNDS"
wait_for 20 sh -c "set -- /proc/[0-9]*; [ \$# -le $((threads + 3)) ]"
settle
at_most "MemAvailable is back (kB less)" $((available - $(meminfo MemAvailable))) \
	$((6144 + $(quarantine)))
at_most "Slab is back (kB more)" $(($(slab) - slab)) $((3072 + $(quarantine)))
at_most "threads (more)" $(($(threads) - threads)) 3
