# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian's 6.1 cloud kernel, unmodified, with little and with much memory.
. "$IT/lib.sh"
PATIENCE=300

run_linux 6.1-cloud 1 128
run_linux 6.1-cloud 1 2048

# A shell on the console, for a person.
insula create shell --kernel "$IT/linux/6.1-cloud/vmlinuz" --initrd "$IT/linux/6.1-cloud/initrd" \
	--memory 256M --append "console=ttyS0 quiet"
mkfifo in
insula console -q shell <in >shell.out &
exec 5>in
insula start shell
output_has "the init script" shell.out 'guest: init reached'
sleep 3
printf 'echo sum is $((40 + 2))\n' >&5
output_has "a shell that answers" shell.out 'sum is 42'
printf 'poweroff -f\n' >&5
comes_to "poweroff from the shell" shell stopped '^poweroff$'
exec 5>&-
insula destroy shell
