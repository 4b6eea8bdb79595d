# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# memtest86+ by its 64-bit boot image, with its screen on the serial console.
. "$IT/lib.sh"

launch m --kernel "$IT/memtest.bin" --memory 64M --append "console=ttyS0,115200 nosmp" 2>launch.err ||
	bad "launch: $(cat launch.err)"
says_memtest() { tr -d '\000\r' <m.out | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | grep -aq "$1"; }
wait_for 240 says_memtest 'Memtest86' && ok "its name on the screen" || bad "no screen: $(head -c 300 m.out)"
wait_for 240 says_memtest 'Test *#' && ok "it tests" || bad "no test: $(tail -c 500 m.out)"
is "it runs" "$(state m)" running
insula destroy m
