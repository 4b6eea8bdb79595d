# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The module goes when no VM is left, not before, and comes again.
. "$IT/lib.sh"

rmmod insula
before=$(cpu_state)
matches "the state of the CPUs can be read" "$before" 'cr4 [1-9a-f].* efer [1-9a-f]'
insmod /lib/modules/insula.ko
is "CPUs with the module and no VM" "$(cpu_state)" "$before"
play v do=idle
output_has "a VM" v.out idle
rmmod insula 2>err && bad "unloaded beneath a VM" || ok "unload is refused while it runs"
is "it still runs" "$(state v)" running
insula stop v
rmmod insula 2>err && bad "unloaded beneath a stopped VM" || ok "and while it is stopped"
insula destroy v
wait_for 10 rmmod insula 2>err && ok "unload" || bad "unload: $(cat err)"
expect "then the tool says so" 6 'not loaded' insula list
expect "as does check" 6 'not loaded' insula check
expect "and create" 6 'not loaded' insula create x --memory 16M
insmod /lib/modules/insula.ko && ok "load again" || bad "load again"
run_guest hello "a guest" ""
is "CPUs between two guests" "$(cpu_state)" "$before"
i=0
while [ $i -lt 10 ]; do
	rmmod insula && insmod /lib/modules/insula.ko || break
	i=$((i + 1))
done
is "ten times" $i 10
# Somebody who listens does not keep it.
monitor events
wait_for 10 rmmod insula && ok "unload beside a listener" || bad "unload beside a listener"
is "CPUs after it" "$(cpu_state)" "$before"
insmod /lib/modules/insula.ko
does "check" insula check
