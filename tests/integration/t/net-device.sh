# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A network device and a tiny guest that asks for everything that there is, and for what should not
# be; packets larger than a buffer; guests that flood.
. "$IT/lib.sh"
PATIENCE=200
# One that drops nothing because it had to wait.
echo pfifo_fast >/proc/sys/net/core/default_qdisc

# guest NAME WHAT MTU: with the host's end up, and somebody there who answers
guest() {
	insula create "$1" --kernel "$GUESTS/net.elf" --memory 128M --debug-exit --nic name="$1" \
		--append "do=$2"
	echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
	ip link set "$1" mtu "$3" up
	net-peer "$1" &
	listen_to "$1" "$1.out"
	insula start "$1"
}

guest odd all 1500
comes_to "all that there is" odd stopped 'debug-exit'
linux_results odd.out odd
is "all is well" "$(field odd exit_code)" 33
insula destroy odd
guest large large 9000
comes_to "larger than a buffer" large stopped 'debug-exit'
linux_results large.out large
is "all is well" "$(field large exit_code)" 33
insula destroy large

free=$(meminfo MemAvailable)
guest one flood 1500
guest two flood 1500
output_has "one floods" one.out 'ok floods'
output_has "and another one" two.out 'ok floods'
sleep 10
at_most "the host's memory stays" $((free - $(meminfo MemAvailable))) $((300000 + $(quarantine)))
[ "$(cat /sys/class/net/one/statistics/rx_packets)" -gt 1000 ] && ok "packets come" || bad "none come"
elapsed_ms insula destroy one
is "destroyed" "$status" 0
elapsed_ms insula destroy two
is "and the other one" "$status" 0
