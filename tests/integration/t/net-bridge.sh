# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Two Linux guests and the host on a bridge, with a large MTU and with several queues.
. "$IT/lib.sh"
PATIENCE=300

k=$IT/linux/6.1-cloud
# Not busybox's, which its shell would take.
ip() { /sbin/ip "$@"; }
# guest NAME HOST OTHER ARGUMENT...
guest() {
	name=$1 host=$2 other=$3
	shift 3
	insula create "$name" --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 192M --nic name="$name" "$@" \
		--append "console=ttyS0 quiet insula.run=sh%20/checks/net%2010.2.0%20$host%209000%20$other"
	listen_to "$name" "$name.out"
	ip link set "$name" mtu 9000 master bridge0 up
	insula start "$name"
}

mkdir srv
dd if=/dev/urandom of=srv/blob bs=1M count=8 2>/dev/null
md5sum <srv/blob >srv/sum
httpd -h srv
ip link add name bridge0 type bridge
ip link set bridge0 mtu 9000 up
ip addr add 10.2.0.1/24 dev bridge0
guest one 2 ''
output_has "a guest on a bridge" one.out 'net: ready'
linux_results one.out one
guest two 3 2 --cpus 2
output_has "and another one" two.out 'net: ready'
linux_results two.out two
says two.out 'net: queues 2' && ok "has a queue for each vCPU" || bad "$(grep -a queues two.out)"
matches "which the host sees" "$(ethtool -l two | tr '\n\t' '  ')" 'Combined: +2 .*Combined: +2'
insula destroy --all
ip link del bridge0
killall httpd
