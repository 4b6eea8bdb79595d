# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The states of a VM and the ways between them, and what `show` says of it.
. "$IT/lib.sh"

does "create" insula create one --kernel "$GUESTS/play.elf" --memory 32M --append "do=count ms=50"
is "a new VM is stopped" "$(state one)" stopped
is "its cpus" "$(field one cpus)" 1
is "its memory" "$(field one memory)" $((32 << 20))
is "it holds no memory" "$(field one memory_resident)" 0
expect "pause of a stopped VM" 1 'one: ' insula pause one
expect "resume of a stopped VM" 1 'one: ' insula resume one
expect "stop of a stopped VM" 1 'one: ' insula stop one
expect "reset of a stopped VM" 1 'one: ' insula reset one
listen_to one out
does "start" insula start one
is "it runs" "$(state one)" running
output_has "it counts" out 'count 3'
is "its reason is empty while it runs" "$(field one reason)" ""
[ "$(field one memory_resident)" -gt 0 ] && ok "it holds memory" || bad "it holds no memory"
[ "$(field one cpu_time_ns)" -gt 0 ] && ok "it has used CPU time" || bad "no CPU time"
[ "$(field one uptime_ns)" -gt 0 ] && ok "it has an uptime" || bad "no uptime"
expect "start of a running VM" 1 'one: ' insula start one
expect "resume of a running VM" 1 'one: ' insula resume one
does "pause" insula pause one
is "it is paused" "$(state one)" paused
sleep 1
before=$(wc -c <out)
time_before=$(field one cpu_time_ns)
sleep 2
is "a paused VM says nothing" "$(wc -c <out)" "$before"
is "a paused VM uses no CPU time" "$(field one cpu_time_ns)" "$time_before"
expect "pause of a paused VM" 1 'one: ' insula pause one
does "resume" insula resume one
last=$(grep -c count out)
output_has "it counts on where it was" out "count $((last + 2))"
is "and has not begun again" "$(grep -c 'count 1[^0-9]' out)" 1
does "reset" insula reset one
twice() { [ "$(grep -c 'count 1[^0-9]' out)" = 2 ]; }
wait_for "$PATIENCE" twice
is "after a reset it begins again" "$(grep -c 'count 1[^0-9]' out)" 2
is "it runs after the reset" "$(state one)" running
does "stop" insula stop one
is "it is stopped" "$(state one)" stopped
is "stopped by us" "$(field one reason)" killed
does "start again" insula start one
is "it runs again" "$(state one)" running
does "destroy while it runs" insula destroy one
expect "show of what is gone" 3 'one: .*no such VM' insula show one
play off do=poweroff
comes_to "a guest's power-off" off stopped '^poweroff$'
does "start after a power-off" insula start off
comes_to "a second power-off" off stopped '^poweroff$'
play end "do=exit code=5"
comes_to "a guest's debug exit" end stopped .
is "the debug exit's status" "$(field end exit_code)" 11
play again do=reset-port --on-reboot stop
comes_to "a reset with on-reboot=stop" again stopped '^reboot$'
play kbd do=reset-keyboard --on-reboot stop
comes_to "a reset by the keyboard controller" kbd stopped '^reboot$'
is "names of all" "$(insula list -q | tr '\n' ' ')" "again end kbd off "
does "destroy --all" insula destroy --all
is "nothing left" "$(insula list -q)" ""
