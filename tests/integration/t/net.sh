# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A Linux guest's network, and the interface that is the host's end of it.
. "$IT/lib.sh"
PATIENCE=200

k=$IT/linux/6.1-cloud
# Not busybox's, which its shell would take.
ip() { /sbin/ip "$@"; }
stat_of() { cat "/sys/class/net/$1/statistics/$2"; }
# lossless WHAT ARGUMENT...
lossless() {
	what=$1
	shift
	is "$what" "$(ping "$@" 2>&1 | sed -n 's/.*, \(.*\) packet loss.*/\1/p' | tail -n 1)" "0%"
}
# fails WHAT REGEX COMMAND...
fails() {
	what=$1 regex=$2
	shift 2
	text=$("$@" 2>&1) && bad "$what: it succeeds" || matches "$what" "$text" "$regex"
}
# guest NAME HOST MTU ARGUMENT...: one whose console is NAME.out
guest() {
	name=$1 host=$2 mtu=$3
	shift 3
	insula create "$name" --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 192M "$@" --append \
		"console=ttyS0 quiet insula.run=sh%20/checks/net%2010.1.0%20$host%20$mtu" || return
	listen_to "$name" "$name.out"
}

mkdir srv
dd if=/dev/urandom of=srv/blob bs=1M count=8 2>/dev/null
md5sum <srv/blob >srv/sum

# What there is before the guest is.
ip link add taken type bridge
fails "a name that is taken" 'nic taken: there is an interface of that name' \
	insula create x --kernel "$k/vmlinuz" --nic name=taken
fails "a name that is the host's" "nic 0: an interface of the host cannot have the name all" \
	insula create x --kernel "$k/vmlinuz" --nic name=all
is "leaves nothing" "$(insula list -q)" ""
guest a 2 1500 --nic name=web0
matches "its kind" "$(ip -d link show web0)" ' insula '
is "is down" "$(cat /sys/class/net/web0/operstate)" down
fails "it is not made by hand" 'comes with a VM' ip link add web1 type insula
fails "nor removed" . ip link del web0
matches "ethtool -i" "$(ethtool -i web0 | tr '\n' ' ')" 'driver: insula .*bus-info: a '
mac=$(insula show -j a | sed -n 's/.*"mac": "\(.*\)".*/\1/p')
matches "the guest's address" "$mac" '^[0-9a-f][26ae](:[0-9a-f]{2}){5}$'
[ "$mac" != "$(cat /sys/class/net/web0/address)" ] && ok "is not the host's" || bad "one address: $mac"

ip addr add 10.1.0.1/24 dev web0
ip link set web0 up
httpd -h srv
insula start a
output_has "a guest with a network" a.out 'net: ready'
linux_results a.out guest
says a.out "net: mac $mac" && ok "has its address" || bad "not $mac: $(grep -a mac a.out)"
matches "ethtool" "$(ethtool web0)" 'Link detected: yes'
matches "offloads" "$(ethtool -k web0 | tr '\n' ' ')" \
	'tx-checksum-ip-generic: on .*tx-tcp-segmentation: on .*tx-tcp6-segmentation: on'
at_most "to the guest in segments" $(($(stat_of web0 tx_packets) * 2000)) "$(stat_of web0 tx_bytes)"

lossless "ping the guest" -c 10 -i 0.1 10.1.0.2
packets=$(stat_of web0 rx_packets) bytes=$(stat_of web0 rx_bytes)
is "fetch from the guest" "$(wget -q -O - http://10.1.0.2/blob | md5sum)" "$(wget -q -O - http://10.1.0.2/sum)"
at_most "from the guest in segments" $((($(stat_of web0 rx_packets) - packets) * 2000)) \
	$(($(stat_of web0 rx_bytes) - bytes))
is "nothing dropped" "$(stat_of web0 rx_dropped) $(stat_of web0 tx_dropped)" "0 0"
matches "counted" "$(insula show -j a | tr -d ' \n')" '"link":true.*"rx_packets":[1-9].*"tx_packets":[1-9]'

# An interface like any other.
timeout "$PATIENCE" tcpdump -Z root -n -i web0 -c 4 icmp >dump 2>dump.err &
dumper=$!
wait_for "$PATIENCE" says dump.err '^listening on'
ping -c 4 -i 0.2 10.1.0.2 >/dev/null
wait $dumper
matches "tcpdump" "$(tr '\n' ' ' <dump)" '10.1.0.1 > 10.1.0.2: ICMP echo request.*10.1.0.2 > 10.1.0.1: ICMP echo reply'
ip link set web0 down
output_has "down: the guest's link, too" a.out 'net: carrier 0'
ip link set web0 up
output_has "up again" a.out 'net: carrier 1'
wait_for 20 ping -c 1 -W 1 10.1.0.2 >/dev/null
lossless "and it goes on" -c 5 -i 0.1 10.1.0.2
ip link set web0 down
ip link set web0 name other
ip link set other up
wait_for 20 ping -c 1 -W 1 10.1.0.2 >/dev/null
lossless "renamed" -c 3 -i 0.1 10.1.0.2
matches "and listed so" "$(insula show a)" 'nic +other '
ip netns add room
ip link set other netns room
ip netns exec room ip addr add 10.1.0.1/24 dev other
ip netns exec room ip link set other up
wait_for 20 ip netns exec room ping -c 1 -W 1 10.1.0.2 >/dev/null && ok "in a namespace" || bad "in a namespace"
ip netns del room
wait_for 20 test -e /sys/class/net/other && ok "and back when that goes" || bad "gone with its namespace"

# Stopped and started again; with another MTU; then destroyed in the middle of it.
insula stop a
wait_for 10 sh -c '[ "$(cat /sys/class/net/other/operstate)" != up ]' && ok "no carrier without a guest" ||
	bad "carrier without a guest"
ip addr add 10.1.0.1/24 dev other
ip link set other up
listen_to a again.out
insula start a
output_has "started again" again.out 'net: ready'
linux_results again.out again
nc 10.1.0.2 98 </dev/zero &
to=$!
nc 10.1.0.2 97 >/dev/null &
from=$!
sleep 2
does "destroyed under traffic" insula destroy a
[ ! -e /sys/class/net/other ] && ok "the interface goes" || bad "the interface is still there"
kill $to $from
ip link del taken
killall httpd
