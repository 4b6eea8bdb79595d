# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# CPUs of the host come and go beneath running VMs.
. "$IT/lib.sh"

cpu1=/sys/devices/system/cpu/cpu1/online
play a "do=count ms=20" --cpus 2
play b "do=count ms=20"
evil c do=spin
i=0
while [ $i -lt 5 ]; do
	echo 0 >$cpu1 || bad "cpu1 does not go"
	sleep 1
	echo 1 >$cpu1 || bad "cpu1 does not come"
	sleep 1
	i=$((i + 1))
done
for vm in a b; do
	last=$(grep -c count $vm.out)
	output_has "$vm goes on" $vm.out "count $((last + 3))"
done
is "c goes on" "$(state c)" running
echo 0 >$cpu1
does "destroy with a CPU less" insula destroy --all
run_guest smp "a guest with 2 CPUs on a host with one" "" --cpus 2
echo 1 >$cpu1
run_guest smp "and with the other one back" "" --cpus 2
