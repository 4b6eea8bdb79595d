# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# The clocks against each other, where time is a count of instructions: on a machine that is
# shared, time passes between any two of a guest's.
. "$IT/lib.sh"

run_guest timer timer "epoch=$(date +%s)"
run_guest pvclock pvclock "epoch=$(date +%s)"
