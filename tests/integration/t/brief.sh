#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# Guests that end within a few milliseconds of their start: nothing of what they said is lost,
# and nobody who asks about one waits for its reader. Where time is a count of instructions,
# the tool has no chance to be faster than the guest.
. "$IT/lib.sh"

brief() { insula "$@" --kernel "$GUESTS/hello.elf" --memory 32M --debug-exit </dev/null; }

for round in 1 2 3; do
	brief run brief >brief.out 2>brief.err
	is "run $round: its status" "$? $(cat brief.err)" "33 "
	is "run $round: from the first line to the last" \
		"$(tr -d '\r' <brief.out | sed -n '1p;$p' | tr '\n' '|')" "hello, world (64 bits)|done|"
done

# The tty is open, and nobody reads: it is given 0.7 s to begin.
brief create deaf
exec 3<>"$(field deaf console)"
insula start deaf
usleep 100000
is "while it waits for its reader: it runs still" "$(state deaf)" running
elapsed_ms insula show deaf
at_most "asking about it does not wait as well" "$elapsed" 200
comes_to "its end" deaf stopped debug-exit
exec 3>&-
