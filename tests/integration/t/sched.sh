# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# VMs get what they are due of a CPU: shares, cap, guarantee, at once when they are changed; a
# guest that sleeps most of the time is served soon; host and VMs divide the CPU like any
# threads. Time is a count of instructions here, 10^9 a second.
. "$IT/lib.sh"
. "$IT/sched-lib.sh"

ONE=100		# 1 %, of what is wanted
SOON=200	# ms
LATENCY=500000	# ns; 64000 was seen, and a turn is 2000000

later() { usleep $((SOON * 1000)); }

# Shares
hogs 100 200 700
later
window 10000
divide "shares 100:200:700" $ONE v1:1000 v2:2000 v3:7000
at_least "they use the CPU" "$(together v1 v2 v3)" 9900

# Changed while they run
insula set v1 --cpu-shares 700
insula set v3 --cpu-shares 100
later
window 5000
divide "$SOON ms after set to 700:200:100" $ONE v1:7000 v2:2000 v3:1000
insula set v2 --cpu-shares 10000
insula set v1 --cpu-shares 10000
insula set v3 --cpu-shares 5000
later
window 5000
divide "$SOON ms after set to 10000:10000:5000" $ONE v1:4000 v2:4000 v3:2000

# One that pauses leaves its time to the others, and has no claim to it afterwards
insula set v1 --cpu-shares 100
insula set v2 --cpu-shares 200
insula set v3 --cpu-shares 700
insula pause v3
later
window 3000
divide "v3 is paused" $ONE v1:3333 v2:6667
at_least "v1 and v2 use the CPU" "$(together v1 v2)" 9900
is "and v3 nothing" "$(received v3)" 0
insula resume v3
later
window 5000
divide "v3 has resumed" $ONE v1:1000 v2:2000 v3:7000

# A process of the host
taken=$(told v3 cpu_taken_ns)
host_hog
usleep 500000
before=$(ticks "$host_hog")
window 10000
spent=$(($(ticks "$host_hog") - before))
kill "$host_hog"
echo "# beside three VMs a process of the host had $spent of 1000 ticks"
at_least "it is not starved" $((spent * 10)) 2000
near "three VMs: the rest" "$(together v1 v2 v3)" $((10000 - spent * 10)) $((2 * ONE))
divide "beside that process" $ONE v1:1000 v2:2000 v3:7000
taken=$(($(told v3 cpu_taken_ns) - taken))
at_least "what the host took is told" $((taken / 1000000)) 2000
later
window 3000
divide "that process has gone" $ONE v1:1000 v2:2000 v3:7000
at_least "they use the CPU again" "$(together v1 v2 v3)" 9900
insula destroy --all

# A cap. While an emulated host is idle its time is not counted in instructions but goes by the
# machine's: something that takes only what is left keeps it busy.
host_hog
renice -n 19 -p "$host_hog" >/dev/null
hog capped --cpu-max 30
later
window 3000
near "a cap of 30 %, alone" "$(received capped)" 3000 $ONE
kill "$host_hog"
hog other
later
window 5000
near "a cap of 30 %, with another" "$(received capped)" 3000 $ONE
at_least "the other has the rest" "$(received other)" 6900
insula set capped --cpu-max 10
later
window 5000
near "set to 10 %" "$(received capped)" 1000 $ONE
at_least "the other has the rest" "$(received other)" 8900
insula set capped --cpu-max none
later
window 5000
divide "set to none" $ONE capped:5000 other:5000
insula destroy --all

# A guarantee
hog owed --cpu-min 40 --cpu-shares 1
hog other --cpu-shares 10000
later
window 5000
at_least "a guarantee of 40 %, shares 1 of 10001" "$(received owed)" 3900
at_least "the other has the rest" "$(received other)" 5800
insula set owed --cpu-min 0
later
window 5000
at_most "without it (parts)" "$(received owed)" 20
insula set owed --cpu-min 90
later
window 5000
at_least "set to 90 %" "$(received owed)" 8900
insula destroy --all

# All three at once
hog owed --cpu-min 50 --cpu-shares 1
hog capped --cpu-max 10 --cpu-shares 10000
hog v1 --cpu-shares 100
hog v3 --cpu-shares 300
later
window 10000
at_least "guarantee, cap and shares: the guarantee" "$(received owed)" 4950
near "guarantee, cap and shares: the cap" "$(received capped)" 1000 $ONE
divide "guarantee, cap and shares: the rest" $ONE v1:2500 v3:7500
insula destroy --all

# Sleepers are served before the busy ones, as long as they have had less than their due
hogs 100 100 100 100 100 100 100 100
nap nap
later
window 5000
wakes=$(told nap wakes) p99=$(told nap wake_latency_p99_ns)
echo "# nap: $wakes wake-ups, latency p50 $(told nap wake_latency_p50_ns) ns, p99 $p99 ns," \
	"max $(told nap wake_latency_max_ns) ns"
at_most "beside eight busy ones it wakes up (times too few)" $((900 - wakes)) 0
is "its latency is told" "$([ "$p99" -gt 0 ] && echo yes)" yes
at_most "its latency, p99 (ns)" "$p99" $LATENCY
at_least "it has what it wants" "$(received nap)" 180
divide "and they the rest" $ONE v1:1250 v2:1250 v3:1250 v4:1250 v5:1250 v6:1250 v7:1250 v8:1250
insula destroy --all
