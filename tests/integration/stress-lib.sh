# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
#
# What tests of any deeds in any order have in common: dice, and deeds that may be refused. For a minute, always
# the same ones; on the debug kernel for ten, others each time. SEED in the environment: those deeds once more.
# Sourced after lib.sh, by tests that have VMS of them, each made by `make NAME`.

seconds=60
usual=1
if debug_kernel; then
	seconds=600 usual=$(date +%s)
fi
SEED=${SEED:-$usual}
random=$SEED deeds=0 refused=0
echo "# seed $SEED, $seconds s"
last=0

# go_on: is there time for another one?
go_on() {
	now=$(seconds_up)
	[ $last != 0 ] || last=$((now + seconds))
	[ "$now" -lt $last ] || { echo "# $deeds deeds, $refused refused"; return 1; }
	deeds=$((deeds + 1))
	roll 50
	usleep $((rolled * 1000))
}

# roll N: sets $rolled, less than N
roll() {
	random=$(((random * 1103515245 + 12345) & 0x7fffffff))
	rolled=$(((random >> 8) % $1))
}

# pick WORD...: sets $picked
pick() {
	roll $#
	shift $rolled
	picked=$1
}

# deed ARGUMENT...: done, or refused; nothing else
deed() {
	timeout "$PATIENCE" insula "$@" >deed.out 2>deed.err </dev/null
	case $? in
	0) ;;
	1 | 3 | 5) refused=$((refused + 1)) ;;
	*) bad "insula $*: status $? ($(cat deed.err))" ;;
	esac
}

make_all() {
	for i in $(seq 0 $((VMS - 1))); do
		make "s$i"
	done
}
