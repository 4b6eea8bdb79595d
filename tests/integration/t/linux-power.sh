# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A Linux guest reboots ten times in a row, powers off, hears the power button.
. "$IT/lib.sh"
PATIENCE=300

k=$IT/linux/6.1-cloud

launch r --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 128M \
	--append "console=ttyS0 quiet insula.run=true insula.end=reboot"
enough() { [ "$(field r boots)" -ge 11 ] || [ "$(state r)" != running ]; }
wait_for 1200 enough
at_least=$(field r boots)
[ "$at_least" -ge 11 ] && ok "ten reboots" || bad "boots: $at_least, $(state r) ($(field r reason))"
is "each came as far as init" "$([ "$(grep -ac 'guest: init reached' r.out)" -ge 10 ] && echo yes)" yes
insula destroy r

launch o --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 128M \
	--append "console=ttyS0 quiet insula.run=true"
comes_to "poweroff" o stopped '^poweroff$'
insula destroy o

launch b --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 128M --append "console=ttyS0 quiet"
output_has "a guest with a shell" b.out 'guest: init reached'
sleep 3
does "shutdown" insula shutdown b --timeout 300
is "by the button" "$(field b reason)" poweroff
says b.out 'guest: power button' && ok "the guest said so" || bad "the guest did not say so"
insula destroy b

launch s --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 128M \
	--append "console=ttyS0 quiet insula.run=true insula.end=reboot" --on-reboot stop
comes_to "reboot with on-reboot=stop" s stopped '^reboot$'
insula destroy s

launch h --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 128M \
	--append "console=ttyS0 quiet insula.run=true insula.end=halt"
output_has "a guest that halts" h.out 'guest: exit 0'
sleep 2
is "is still there" "$(state h)" running
does "and can be stopped" insula stop h
insula destroy h

insula run d --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 128M --debug-exit \
	--append "console=ttyS0 quiet insula.run=exit%205 insula.end=debug-exit" </dev/null >d.out 2>d.err
is "debug exit from Linux" $? 11
