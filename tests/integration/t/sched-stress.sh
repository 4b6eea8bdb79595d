# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Whatever can be done to VMs and CPUs, in any order: sixteen VMs, 64 vCPUs in all, on two CPUs, for
# a minute, always the same; on the debug kernel for ten, others each time. SEED in the environment:
# those deeds once more.
. "$IT/lib.sh"

VMS=16
seconds=60
usual=1
if [ -e /sys/kernel/debug/kmemleak ]; then
	seconds=600 usual=$(date +%s)
fi
SEED=${SEED:-$usual}
random=$SEED deeds=0 refused=0
cpu1=/sys/devices/system/cpu/cpu1/online
# These deeds are what this is about: before whatever the VMs leave of the CPUs.
renice -n -20 $$ >/dev/null
echo "# seed $SEED, $seconds s"

# roll N: sets $rolled, less than N
roll() {
	random=$(((random * 1103515245 + 12345) & 0x7fffffff))
	rolled=$(((random >> 8) % $1))
}

# pick WORD...: sets $picked
pick() {
	roll $#
	shift $rolled
	picked=$1
}

# deed ARGUMENT...: done, or refused; nothing else
deed() {
	timeout "$PATIENCE" insula "$@" >deed.out 2>deed.err </dev/null
	case $? in
	0) ;;
	1 | 3 | 5) refused=$((refused + 1)) ;;
	*) bad "insula $*: status $? ($(cat deed.err))" ;;
	esac
}

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

i=0
while [ $i -lt $VMS ]; do
	make s$i
	i=$((i + 1))
done
end=$(($(cut -d. -f1 /proc/uptime) + seconds))
while [ "$(cut -d. -f1 /proc/uptime)" -lt $end ]; do
	roll $VMS
	vm=s$rolled
	pick set set set pause resume resume stop start start reset create destroy offline online stats
	case $picked in
	set) change $vm ;;
	create) make $vm ;;
	offline) echo 0 >$cpu1 ;;
	online) echo 1 >$cpu1 ;;
	*) deed "$picked" $vm ;;
	esac
	deeds=$((deeds + 1))
	roll 50
	usleep $((rolled * 1000))
done
echo 1 >$cpu1
echo "# $deeds deeds, $refused refused"
is "no VM has crashed" "$(insula list -j | grep -c '"state": "crashed"')" 0

# Who is left runs.
for vm in $(insula list -q); do
	deed set "$vm" --cpu-max none --cpu-affinity all --cpu-min 0 --cpu-shares 100
	deed start "$vm"
	deed resume "$vm"
done
i=0
while [ $i -lt $VMS ]; do
	make s$i
	i=$((i + 1))
done
is "all of them run at the end" "$(insula list -j | grep -c '"state": "running"')" $VMS
deed create last --kernel "$GUESTS/play.elf" --memory 16M --append do=hog
deed start last
has_run() { [ "$(field last cpu_time_ns)" -gt 10000000 ]; }
wait_for "$PATIENCE" has_run && ok "one more gets time" || bad "one more gets no time"
does "all are destroyed" insula destroy --all
is "none is left" "$(insula list -q)" ""
