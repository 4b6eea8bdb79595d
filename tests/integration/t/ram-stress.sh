# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Whatever can be done to VMs and the host's RAM, in any order (stress-lib.sh): six VMs that want twice of what
# the host has left, which is now more, now less. None of them loses a byte, and none is stopped for it.
. "$IT/lib.sh"
. "$IT/stress-lib.sh"

VMS=6
MIB=1024	# kB
made=0
# Deeds come to their turn, but what the host itself does for memory does so, too.
renice -n -10 $$ >/dev/null

modprobe zram
echo 1G >/sys/block/zram0/disksize
mkswap /dev/zram0 >/dev/null && swapon /dev/zram0 || bad "no swap"

# take NAME MIB: the host has so much less; give NAME
mkdir taken
mount -t ramfs ramfs taken
take() { dd if=/dev/zero of="taken/$1" bs=1M count="$2" 2>/dev/null; }
give() { rm -f "taken/$1"; }
settle
# What it keeps free itself, and 160 MiB for VMs.
take most $((($(meminfo MemAvailable) - $(meminfo MemTotal) * 6 / 100) / MIB - 160))

# The console of each that there was has a file.
make() {
	pick "" "" "work=16" "work=0"
	line="do=hoard mb=44 $picked"
	pick "" "" --hugepages
	made=$((made + 1))
	# shellcheck disable=SC2086 # one word, or none
	deed create "$1" --kernel "$GUESTS/play.elf" --memory 64M --append "$line" $picked
	insula console -q "$1" </dev/null >"$made.out" 2>/dev/null &
	deed start "$1"
}

change() {
	pick shares shares min target
	what=$picked
	case $what in
	shares) pick 1 10 100 1000 10000 ;;
	min) pick 0 0 8M 24M 64M ;;
	target) pick auto auto 20M 40M ;;
	esac
	deed set "$1" "--memory-$what" "$picked"
}

# The guest goes through all it has.
wake() {
	tty=$(field "$1" console)
	[ ! -c "$tty" ] || echo >"$tty"
}

host() {
	pick take give tax caches compact
	case $picked in
	take) take more 16 ;;
	give) give more ;;
	tax) pick 0 50 75 99; echo "$picked" >/sys/module/insula/parameters/memory_tax ;;
	caches) echo 3 >/proc/sys/vm/drop_caches ;;
	compact) echo 1 >/proc/sys/vm/compact_memory ;;
	esac
}

make_all
while go_on; do
	roll $VMS
	vm=s$rolled
	pick set set set pause resume resume stop start start reset create destroy host host wake stats
	case $picked in
	set) change "$vm" ;;
	create) make "$vm" ;;
	host) host ;;
	wake) wake "$vm" ;;
	*) deed "$picked" "$vm" ;;
	esac
done
give more
echo 75 >/sys/module/insula/parameters/memory_tax
is "no VM has crashed, or was stopped for want of memory" \
	"$(insula list -j | grep -E '"state": "crashed"|"reason": "out of memory')" ""

# Who is left goes on, with no more than it is due.
for vm in $(insula list -q); do
	deed set "$vm" --memory-min 0 --memory-target auto --memory-shares 100
	deed start "$vm"
	deed resume "$vm"
done
make_all
is "all of them run at the end" "$(insula list -j | grep -c '"state": "running"')" $VMS
beyond() {
	insula stats -j | jq -r '.[] | select(.memory_resident > .memory_target * 1.05 + 2097152) |
		"\(.name): \(.memory_resident), target \(.memory_target)"'
}
are_held() { [ -z "$(beyond)" ]; }
wait_for "$PATIENCE" are_held && ok "none has more than it may" || bad "some have more than they may: $(beyond)"
echo "# $(grep -ac '^round' -- *.out | awk -F: '{ n += $2 } END { print n }') rounds of $made VMs"
does "all are destroyed" insula destroy --all
wait
# Rounds are many, and what a reader does not take in time is lost: what counts is that no guest complains.
is "nothing was lost" "$(grep -ahE 'not ok|are wrong' -- *.out | tr -d '\r')" ""
is "the host has killed nobody" "$(dmesg | grep -ciE 'out of memory|oom-kill')" 0
wait_for 30 sh -c '[ "$(cat /sys/module/insula/refcnt)" = 0 ]' && ok "all is gone" || bad "something stays"
swapoff /dev/zram0
umount taken
