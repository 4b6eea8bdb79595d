# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# What ends a guest, with which reason, and that a neighbour never notices.
. "$IT/lib.sh"

play neighbour "do=count ms=20"
output_has "the neighbour counts" neighbour.out 'count 3'

# dies DEED REASON
dies() {
	evil v "do=$1"
	comes_to "$1 ends the VM" v crashed "$2"
	insula show v >/dev/null || bad "$1: show"
	expect "$1: pause of a crashed VM" 1 'v: ' insula pause v
	does "$1: destroy" insula destroy v
}

dies triple-fault '^triple-fault$'
dies jump-hole 'outside RAM.*0x'
dies jump-void '.'
dies jump-apic 'outside RAM.*0x'
dies unknown-mmio 'f3 0f 7f'
dies x87-mmio 'dd'
dies tables-mmio '.'
dies tables-apic '.'
dies tables-beyond '.'

evil v do=triple-fault
comes_to "a crash" v crashed triple
does "start after a crash" insula start v
comes_to "and another" v crashed triple
does "stop of a crashed VM" insula stop v
is "it is stopped" "$(state v)" stopped
insula destroy v

last=$(grep -c count neighbour.out)
output_has "the neighbour counts on" neighbour.out "count $((last + 3))"
is "the neighbour missed nothing" \
	"$(tr -d '\r' <neighbour.out | sed -n '$d; s/^count //p' | awk '$1 != NR' | wc -l)" 0
insula destroy neighbour
