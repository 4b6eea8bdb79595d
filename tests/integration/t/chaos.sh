# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015
#
# A guest whose virtio drivers have lost their minds, all at once, on one CPU and on two: each
# device comes to rest when it is reset, the host says nothing, and another guest is well afterwards.
. "$IT/lib.sh"

ROUNDS=${ROUNDS:-4000}

truncate -s 8M disk ro
dmesg -c >/dev/null
for cpus in 1 2; do
	what="$cpus CPUs, $ROUNDS rounds each"
	launch chaos --kernel "$GUESTS/chaos.elf" --memory 32M --debug-exit --cpus $cpus \
		--disk disk --disk ro,ro --nic --append "n=$ROUNDS seed=$cpus"
	PATIENCE=$((60 + ROUNDS / 20)) comes_to "$what: end" chaos stopped '^debug-exit$'
	is "$what: with status" "$(field chaos exit_code)" 33
	tr -d '\r' <chaos.out | sed -n "s/^\(not \)\{0,1\}ok /\1ok $TEST: $what: /p"
	does "$what: destroy" insula destroy chaos
done
is "the read-only disk" "$(tr -d '\0' <ro | wc -c)" 0
is "the size of the disk" "$(wc -c <disk)" $((8 << 20))
is "what the kernel says" "$(dmesg | grep -c 'insula:\|BUG\|WARN')" 0
run_guest hello "a good guest afterwards" ""
