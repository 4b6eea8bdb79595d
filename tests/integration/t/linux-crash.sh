# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Two Linux guests at once; one is crashed on purpose, in several ways, the other works on.
. "$IT/lib.sh"
PATIENCE=300

k=$IT/linux/6.1-cloud
set -- --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 128M

launch good "$@" --append "console=ttyS0 quiet insula.run=i=0;while%20:;do%20i=\$((i+1));echo%20beat%20\$i;sleep%201;done"
output_has "the good one" good.out 'beat 2'

insula create bad "$@" --append "console=ttyS0 quiet panic=1"
mkfifo in
insula console -q bad <in >bad.out &
exec 5>in
insula start bad
output_has "the other one" bad.out 'guest: init reached'
sleep 3
printf 'echo c >/proc/sysrq-trigger\n' >&5
output_has "its kernel crashed" bad.out 'sysrq triggered crash|Kernel panic'
again() { [ "$(field bad boots)" -ge 2 ]; }
wait_for "$PATIENCE" again && ok "and it rebooted by panic=1" || bad "boots: $(field bad boots)"
exec 5>&-
insula destroy bad

launch triple "$@" --append "console=ttyS0 quiet reboot=t insula.run=true insula.end=reboot"
comes_to "a Linux that reboots by triple fault" triple crashed '^triple-fault$'
insula destroy triple
evil void do=jump-void
comes_to "a guest that jumps into the void" void crashed .
insula destroy void

last=$(grep -ac beat good.out)
output_has "the good one works on" good.out "beat $((last + 2))"
is "and missed nothing" "$(tr -d '\r' <good.out | sed -n '$d; s/^beat //p' | awk '$1 != NR' | wc -l)" 0
insula destroy good
