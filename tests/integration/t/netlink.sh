# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The protocol without the tool: netlink-abuse prints results as a guest does.
. "$IT/lib.sh"

for mode in commands files truncate full unprivileged "fuzz 1 2000" "fuzz 2 2000"; do
	# shellcheck disable=SC2086 # words
	timeout 120 netlink-abuse $mode >out 2>&1
	status=$?
	sed -n "s/^\(not \)\{0,1\}ok /\1ok $TEST: /p; s/^# /# /p" out
	says out '^done' || bad "$mode: ended with status $status: $(tail -n 1 out)"
	is "$mode: nothing is left" "$(insula list -q)" ""
done
run_guest hello "a good guest afterwards" ""
