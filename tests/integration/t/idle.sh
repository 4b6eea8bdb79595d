# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A Linux guest that has nothing to do: its devices wake nobody, neither it nor the host.
. "$IT/lib.sh"
PATIENCE=400

k=$IT/linux/6.1-cloud
SECONDS_IDLE=20
script='ip link set eth0 up; cat /dev/vda >/dev/null; echo hvc >/dev/hvc0; head -c 9 /dev/hwrng >/dev/null'
script="$script; echo idle now; sleep 1000"

switches() { awk '$1 == "ctxt" { print $2 }' /proc/stat; }
wakes() { insula stats "$1" | sed -n 's/.*, \([0-9]*\) wake-ups$/\1/p'; }
exits() { insula stats "$1" | awk '$1 == "exits" { sum += $NF } END { print sum }'; }

# idle NAME ARGUMENT...: $woken, $left and $switched: how often in that time such a VM's vCPU was woken
# and left the guest, and the host switched
idle() {
	name=$1
	shift
	insula create "$name" --kernel "$k/vmlinuz" --initrd "$k/initrd" --memory 192M --append \
		"console=ttyS0 quiet insula.run64=$(echo "$script" | base64 | tr -d '\n')" "$@"
	[ ! -e "/sys/class/net/$name" ] || ip link set "$name" up
	listen_to "$name" "$name.out"
	insula start "$name"
	output_has "$name has nothing to do" "$name.out" '^idle now'
	sleep 5
	woken=$(wakes "$name") left=$(exits "$name") switched=$(switches)
	sleep $SECONDS_IDLE
	switched=$(($(switches) - switched)) woken=$(($(wakes "$name") - woken)) left=$(($(exits "$name") - left))
	echo "# $name: $woken wake-ups, $left exits, $switched switches of the host in $SECONDS_IDLE s"
	insula destroy "$name"
}

switched=$(switches)
sleep $SECONDS_IDLE
alone=$(($(switches) - switched))
echo "# no VM: $alone switches of the host in $SECONDS_IDLE s"
idle plain
woken_plain=$woken left_plain=$left switched_plain=$switched
truncate -s 8M disk
idle full --disk "$PWD/disk" --nic name=full
at_most "devices wake no vCPU" "$woken" $((woken_plain + woken_plain / 4 + 10))
at_most "nor make it leave the guest" "$left" $((left_plain + left_plain / 4 + 40))
at_most "nor the host switch" "$switched" $((switched_plain + switched_plain / 4 + 20))
at_most "which a VM makes switch when it wakes" $((switched - alone)) $((3 * woken + 40))
