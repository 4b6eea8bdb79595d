# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A guest that resets itself, again and again: the same VM, begun anew each time.
. "$IT/lib.sh"

play r do=reboot
enough() { [ "$(field r boots)" -ge "$1" ]; }
wait_for "$PATIENCE" enough 50 && ok "fifty reboots" || bad "boots: $(field r boots)"
is "it runs" "$(state r)" running
insula set r --on-reboot stop
comes_to "on-reboot=stop while it runs" r stopped '^reboot$'
insula destroy r
play k do=reset-keyboard
again() { [ "$(field k boots)" -ge 3 ]; }
wait_for "$PATIENCE" again && ok "reset by the keyboard controller" || bad "boots: $(field k boots)"
insula destroy k
