# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Whatever can be done to VMs and CPUs, in any order (stress-lib.sh): sixteen VMs, 64 vCPUs in all, on two CPUs.
. "$IT/lib.sh"
. "$IT/stress-lib.sh"

VMS=16
cpu1=/sys/devices/system/cpu/cpu1/online
# These deeds are what this is about: before whatever the VMs leave of the CPUs.
renice -n -20 $$ >/dev/null

make() {
	pick hog nap idle idle
	deed create "$1" --kernel "$GUESTS/play.elf" --memory 16M --cpus 4 --append "do=$picked"
	deed start "$1"
}

change() {
	pick shares shares min max affinity
	what=$picked
	case $what in
	shares) pick 1 10 100 1000 10000 ;;
	min) pick 0 0 5 10 ;;
	max) pick none none 1 30 100 250 ;;
	affinity) pick 0 1 0-1 all ;;
	esac
	deed set "$1" "--cpu-$what" "$picked"
}

make_all
while go_on; do
	roll $VMS
	vm=s$rolled
	pick set set set pause resume resume stop start start reset create destroy offline online stats
	case $picked in
	set) change "$vm" ;;
	create) make "$vm" ;;
	offline) echo 0 >$cpu1 ;;
	online) echo 1 >$cpu1 ;;
	*) deed "$picked" "$vm" ;;
	esac
done
echo 1 >$cpu1
is "no VM has crashed" "$(insula list -j | grep -c '"state": "crashed"')" 0

# Who is left runs.
for vm in $(insula list -q); do
	deed set "$vm" --cpu-max none --cpu-affinity all --cpu-min 0 --cpu-shares 100
	deed start "$vm"
	deed resume "$vm"
done
make_all
is "all of them run at the end" "$(insula list -j | grep -c '"state": "running"')" $VMS
deed create last --kernel "$GUESTS/play.elf" --memory 16M --append do=hog
deed start last
has_run() { [ "$(field last cpu_time_ns)" -gt 10000000 ]; }
wait_for "$PATIENCE" has_run && ok "one more gets time" || bad "one more gets no time"
does "all are destroyed" insula destroy --all
is "none is left" "$(insula list -q)" ""
