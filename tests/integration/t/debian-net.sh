# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# What people do with a network: iperf3 both ways, pings by the dozen, and apt-get, which installs a
# package and what that depends on from a mirror at the host's end.
. "$IT/lib.sh"
. "$IT/debian-lib.sh"

dropped() { cat /sys/class/net/debian0/statistics/rx_dropped /sys/class/net/debian0/statistics/tx_dropped; }

# iperf LABEL OPTION: 16 MiB, of which all that matter arrive
iperf() {
	ask "iperf3 -c $HOST_ADDRESS -n 16M -J $2 >/run/iperf.out 2>&1"
	is "iperf3 $1" "$status" 0
	ask "sed -n '/\"sum_received\"/,/}/s/.*\"\\(bytes\\|bits_per_second\\)\":[^0-9]*\\([0-9]*\\).*/\\2/p' /run/iperf.out"
	echo "# iperf3 $1: bytes, bits per second of the emulated machine: $(one_line "$answer")"
	bytes=$(echo "$answer" | head -n 1)
	[ "${bytes:-0}" -ge 15000000 ] && ok "and it arrives" || bad "iperf3 $1: $bytes bytes received"
}

debian_start debian-bookworm-amd64-ext4
debian_login
debian_network
before=$(dropped)

iperf3 -s >iperf.log 2>&1 &
server=$!
iperf "to the host" ""
iperf "from the host" -R
kill $server

ask "ping -q -c 60 -i 0.1 -s 1400 $HOST_ADDRESS"
matches "ping, large" "$(one_line "$answer")" '60 packets transmitted, 60 received, 0% packet loss'
ping -q -c 60 -i 0.1 -s 1400 -W 5 "$GUEST_ADDRESS" >ping.out 2>&1
matches "and from the host" "$(one_line "$(cat ping.out)")" ' 0% packet loss'
is "nothing was dropped" "$(dropped)" "$before"

httpd -h "$IT/mirror"
ask "echo 'deb [trusted=yes] http://$HOST_ADDRESS/ ./' >/etc/apt/sources.list; rm -f /etc/apt/sources.list.d/*"
ask "apt-get -q update >/run/apt.out 2>&1"
is "apt-get update" "$status" 0
[ "$status" = 0 ] || { ask "tail -n 5 /run/apt.out"; echo "# $(one_line "$answer")"; }
ask "command -v jq"
is "what is to be installed is not there yet" "$answer" ""
ask "DEBIAN_FRONTEND=noninteractive apt-get -q -y install jq >/run/apt.out 2>&1"
is "apt-get install" "$status" 0
[ "$status" = 0 ] || { ask "tail -n 5 /run/apt.out"; echo "# $(one_line "$answer")"; }
ask "grep -c '^Get:.* http://$HOST_ADDRESS' /run/apt.out"
is "three packages came from the host" "$answer" 3
ask "echo '{\"works\": [4, 2]}' | jq -c .works"
is "and it works" "$answer" "[4,2]"
killall httpd
debian_poweroff
