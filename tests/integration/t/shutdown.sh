# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The power button, and guests that hear it or do not.
. "$IT/lib.sh"

play b do=button
output_has "a guest that polls" b.out waiting
does "shutdown" insula shutdown b --timeout "$PATIENCE"
is "it is off" "$(state b)" stopped
is "by itself" "$(field b reason)" poweroff
expect "shutdown of a stopped VM" 1 'b: ' insula shutdown b
play s do=sci
output_has "a guest that waits for the interrupt" s.out waiting
does "shutdown by interrupt" insula shutdown s --timeout "$PATIENCE"
is "it is off" "$(field s reason)" poweroff
play d do=idle
output_has "a guest that does not listen" d.out idle
expect "shutdown of it" 4 'd: ' insula shutdown d --timeout 1
is "it is still up" "$(state d)" running
insula destroy --all
