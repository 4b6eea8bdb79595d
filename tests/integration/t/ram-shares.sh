# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# What a VM is due of the host's RAM: said, shown, changed, refused when it makes no sense; and kept,
# when VMs want more than there is. Their guests have no balloon driver.
. "$IT/lib.sh"
PATIENCE=200

MIB=1048576
settings() { insula show -j "$1" | jq -c '.[0] | [.memory_min, .memory_shares]'; }
stat() { insula stats -j "$1" | jq ".[0].$2"; }
mib() { echo $(($(stat "$1" "$2") / MIB)); }

# Said, changed, refused.
insula create plain --memory 64M
is "defaults" "$(settings plain)" "[0,100]"
does "both with create" insula create both --memory 64M --memory-min 32M --memory-shares 250
is "are kept" "$(settings both)" "[$((32 * MIB)),250]"
does "set" insula set both --memory-shares 10000 --memory-min 64M
is "changes them" "$(settings both)" "[$((64 * MIB)),10000]"
matches "show has them" "$(insula show both | tr -s ' ' | tr '\n' ';')" ';memory min 64M;ram shares 10000;target 64M;'
expect "shares 0" 2 'memory-shares: takes a number from 1 to 10000, not "0"' insula set both --memory-shares 0
expect "shares 10001" 2 'memory-shares: .*, not "10001"' insula set both --memory-shares 10001
expect "half a page" 2 'memory-min: takes a multiple of 4K, not "2K"' insula set both --memory-min 2K
expect "a guarantee above the memory" 1 '^insula: both: memory-min 65M exceeds memory 64M$' insula set both --memory-min 65M
does "a target" insula set both --memory-min 16M --memory-target 32M
expect "a guarantee above the target" 1 '^insula: both: memory-min 48M exceeds memory-target 32M$' \
	insula set both --memory-min 48M --memory-shares 7
is "nothing of it was set" "$(settings both)" "[$((16 * MIB)),10000]"
expect "create: more than there is" 5 '^insula: big: memory-min 2G exceeds what is left \([0-9]+M of [0-9]+M\)$' \
	insula create big --memory 4G --memory-min 2G
is "no VM was made" "$(insula list -q | tr '\n' ' ')" "both plain "
left=$(insula create big --memory 4G --memory-min 2G 2>&1 | sed 's/.*(\([0-9]*\)M of.*/\1/')
does "most of what is left" insula create most --memory 1G --memory-min $((left - 16))M
expect "set: then there is no more" 5 'memory-min 64M exceeds what is left \([0-9]+M of [0-9]+M\)$' \
	insula set plain --memory-min 64M --cpu-shares 7
is "nothing of it was set" "$(settings plain)$(field plain cpu_shares)" "[0,100]100"
does "it is free when its VM goes" insula destroy most
does "it is free" insula set plain --memory-min 64M
insula destroy --all

# More than there is: 448 MiB are hoarded, which is about a third too much.
modprobe zram
echo 1G >/sys/block/zram0/disksize
mkswap /dev/zram0 >/dev/null && swapon /dev/zram0 || bad "no swap"
for vm in 1:100 2:100 3:200 4:400; do
	launch "h${vm%:*}" --kernel "$GUESTS/play.elf" --memory 128M --memory-min 16M \
		--memory-shares "${vm#*:}" --append "do=hoard mb=112"
done
for i in 1 2 3 4; do
	output_has "h$i has filled its memory" h$i.out '^hoarded'
done

# near WHAT GOT WANTED: within 5 %
near() {
	if [ $(($2 * 100)) -ge $(($3 * 95)) ] && [ $(($2 * 100)) -le $(($3 * 105)) ]; then
		ok "$1"
	else
		bad "$1: $2, not about $3"
	fi
}

# settled: has none more than it is due?
settled() { insula stats -j | jq -e 'all(.[]; .memory_resident * 100 <= .memory_entitled * 103)' >/dev/null; }
sleep 20
wait_for 60 settled
insula stats -j | jq -r '.[] | "# \(.name): \([.memory_resident, .memory_target, .memory_entitled,
	.memory_idle, .memory_demoted, .memory_returned] | map(. / 1048576 | floor))"'

# On an average of ten seconds. (One process for all: beside VMs that thrash, each takes seconds to begin.)
insula stats -j --interval 1 | head -n 10 >samples
mean() { jq -sr "map(.[] | select(.name == \"$1\") | .$2) | add / length | floor" <samples; }
for i in 1 2 3 4; do
	near "h$i has what it is due" "$(mean h$i memory_resident)" "$(mean h$i memory_entitled)"
done
near "equal shares are equal" "$(mean h1 memory_resident)" "$(mean h2 memory_resident)"
at_most "twice the shares are more" $(($(mean h1 memory_resident) * 13 / 10)) "$(mean h3 memory_resident)"
for i in 1 2 3 4; do
	rounds=$(grep -ac '^round' h$i.out)
	wait_for 100 sh -c "[ \$(grep -ac '^round' h$i.out) -gt $rounds ]" && ok "h$i goes on" || bad "h$i stands"
done
# The last line may not be whole yet.
lost() { cat "$@" | tr -d '\r' | grep -a 'wrong' | grep -v ': 0 wrong$'; }
is "nothing was lost" "$(lost h?.out)" ""
is "all of them run" "$(insula list -j | jq -c 'map(.state)')" '["running","running","running","running"]'
is "the host has killed nobody" "$(dmesg | grep -ciE 'out of memory|oom-kill')" 0

# A guarantee is kept from now on, and what it takes comes from the others.
does "a guarantee" insula set h1 --memory-min 100M
wait_for 60 sh -c "[ \"\$(insula stats -j h1 | jq '.[0].memory_resident')\" -ge $((98 * MIB)) ]"
at_most "it has it" 97 "$(mib h1 memory_resident)"
insula destroy --all
wait_for 30 sh -c '[ "$(cat /sys/module/insula/refcnt)" = 0 ]' && ok "all is gone" || bad "something stays"

# Who does not use what it has pays a tax, and gets it back when it does.
launch idle --kernel "$GUESTS/play.elf" --memory 224M --append "do=hoard mb=208 work=0"
output_has "one touches its memory once" idle.out '^hoarded'
launch busy --kernel "$GUESTS/play.elf" --memory 288M --append "do=hoard mb=272"
output_has "another one fills its own" busy.out '^hoarded'
# That it sleeps is believed slowly.
look() { idle=$(mib idle memory_resident) busy=$(mib busy memory_resident); }
is_taxed() { look; [ "$busy" -gt $((idle * 2)) ]; }
wait_for 150 is_taxed && ok "the idle one's pages go" || bad "idle $idle, busy $busy"
echo "# idle $idle, busy $busy"
echo >"$(field idle console)"
output_has "it wakes up, and goes through all it had" idle.out '^round 1: 0 wrong'
has_its_share() { look; [ $((idle * 10)) -gt $((busy * 7)) ]; }
wait_for 150 has_its_share && ok "it gets its share back" || bad "awake: idle $idle, busy $busy"
echo "# awake: idle $idle, busy $busy"
is "nothing was lost then" "$(lost idle.out busy.out)" ""
insula destroy --all

# The host's OOM killer, for a process that wants more than there is: it goes, and nobody else.
launch calm --kernel "$GUESTS/play.elf" --memory 128M --memory-min 64M --append "do=hoard mb=96"
output_has "one" calm.out '^hoarded'
tail /dev/zero >/dev/null 2>&1
is "a process is killed" $? 137
rounds=$(grep -ac '^round' calm.out)
wait_for 100 sh -c "[ \$(grep -ac '^round' calm.out) -gt $rounds ]" && ok "the VM goes on" || bad "the VM stands"
is "nothing was lost in it" "$(lost calm.out)" ""
matches "the host has killed that process" "$(dmesg -c | grep -i 'killed process')" '\(tail\)'
insula destroy --all

# Swap that is full is none: one is stopped.
swapoff /dev/zram0 && echo 1 >/sys/block/zram0/reset && echo 64M >/sys/block/zram0/disksize
mkswap /dev/zram0 >/dev/null && swapon /dev/zram0 || bad "no small swap"
for vm in a b; do
	launch $vm --kernel "$GUESTS/play.elf" --memory 512M --memory-min 32M --append "do=hoard mb=400"
done
stopped() { insula list -j | jq '[.[] | select(.state == "stopped")] | length'; }
one_stops() { [ "$(stopped)" = 1 ]; }
wait_for "$PATIENCE" one_stops
is "swap is full: one of two is stopped" "$(stopped)" 1
matches "with the reason" "$(insula list -j | jq -r '.[] | select(.state == "stopped") | .reason')" \
	'^out of memory: the host has none left; this VM had [0-9]+ MiB, and was due [0-9]+ MiB$'
survivor=$(insula list -j | jq -r '.[] | select(.state == "running") | .name')
output_has "the other one has what it wants" "$survivor.out" '^round'
is "nothing was lost in it" "$(lost "$survivor.out")" ""
is "the host has killed nobody then" "$(dmesg | grep -ciE 'out of memory|oom-kill')" 0
insula destroy --all

# Without swap, what is short cannot be had by demotion: nobody loses what it would only have to bring back.
swapoff /dev/zram0
half=$((($(meminfo MemAvailable) / 1024 - 24) / 2))
for vm in a b; do
	launch $vm --kernel "$GUESTS/play.elf" --memory 512M --append "do=hoard mb=$half"
done
for vm in a b; do
	output_has "$vm has what it wants" $vm.out '^round'
done
is_scarce() { [ "$(mib a memory_target)" -lt "$half" ] && [ "$(mib b memory_target)" -lt "$half" ]; }
wait_for "$PATIENCE" is_scarce && ok "which is more than there is" || bad "not scarce: $(insula stats a b)"
rounds=$(grep -ac '^round' a.out)
output_has "a goes on" a.out "^round $((rounds + 3))"
is "they have what they had" "$(insula stats -j | jq -c "map([.memory_demoted, .memory_resident >= $half * $MIB])")" \
	'[[0,true],[0,true]]'
is "nothing was lost then" "$(lost a.out b.out)" ""
insula destroy --all

# Whoever has most beyond its due is stopped when there is none left, and nobody else.
launch small --kernel "$GUESTS/play.elf" --memory 64M --memory-min 64M --append "do=hoard mb=40"
output_has "a small one" small.out '^hoarded'
launch large --kernel "$GUESTS/play.elf" --memory 1G --append "do=hoard mb=900"
comes_to "one that wants more than there is" large stopped \
	'^out of memory: the host has none left; this VM had [0-9]+ MiB, and was due [0-9]+ MiB$'
is "the small one goes on" "$(state small)" running
is "the host has killed nobody then" "$(dmesg | grep -ciE 'out of memory|oom-kill')" 0
insula destroy --all

# One that has crashed keeps its memory, to be looked at, until that is wanted: by the host, or by a VM.
crash() {
	launch ruin --kernel "$GUESTS/play.elf" --memory 320M --append "do=touch mb=240 crash=1"
	comes_to "one crashes" ruin crashed triple
}
goes() { comes_to "the crashed one goes for $1" ruin stopped '^out of memory: .* this VM had 2[34][0-9] MiB'; }
crash
tail /dev/zero >/dev/null 2>&1
is "a process is killed" $? 137
goes "a process"
is "and its memory with it" "$(($(meminfo Shmem) / 1024 < 200))" 1
matches "the host has killed that process" "$(dmesg -c | grep -i 'killed process')" '\(tail\)'
insula destroy --all
crash
launch calm --kernel "$GUESTS/play.elf" --memory 256M --append "do=hoard mb=200"
output_has "another one has what it wants" calm.out '^hoarded'
goes "it"
is "that one goes on" "$(state calm)" running
insula destroy --all
