# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# VMs get what they are due of two CPUs, stay on those that they may use, and go on when one of
# them goes offline. Time is a count of instructions here, 10^9 a second, which the two CPUs share.
. "$IT/lib.sh"
. "$IT/sched-lib.sh"

ONE=100		# 1 %, of what is wanted
# Who has a CPU for itself loses next to nothing of it; who shares one loses what switching takes,
# which is up to a twelfth where a CPU has 500 million instructions a second.
WHOLE=9200	# parts of a CPU
MOST=$((400 + LACK))	# of what is wanted, where some have a CPU for themselves
SOON=200	# ms
cpu1=/sys/devices/system/cpu/cpu1/online
later() { usleep $((SOON * 1000)); }
is_on() { [ "$(cpus_of "$1")" = "$2" ]; }

# comes_to_cpus WHAT NAME CPUS: soon each vCPU is on one of these
comes_to_cpus() {
	wait_for 10 is_on "$2" "$3"
	is "$1" "$(cpus_of "$2")" "$3"
}

# both_used WHAT: nobody waits for one CPU while the other is idle
both_used() { at_least "$1: both CPUs are used" "$(together tied free)" $((2 * WHOLE)); }

# goes_on WHAT NAME: it receives CPU time
goes_on() { at_least "$1: $2 goes on (in parts of a CPU)" "$(received "$2")" 100; }

# Shares, of VMs with a vCPU for each CPU
hog v1 --cpus 2 --cpu-shares 100
hog v2 --cpus 2 --cpu-shares 200
hog v3 --cpus 2 --cpu-shares 700
later
window 10000
echo "# together $(percent "$(together v1 v2 v3)") %"
divide "2 vCPUs each, shares 100:200:700" $ONE v1:1000 v2:2000 v3:7000
insula set v1 --cpu-shares 700
insula set v3 --cpu-shares 100
later
window 10000
divide "$SOON ms after set to 700:200:100" $ONE v1:7000 v2:2000 v3:1000
insula pause v1
later
window 5000
divide "v1 is paused" $ONE v2:6667 v3:3333
is "and has nothing" "$(received v1)" 0
insula destroy --all

# More than a CPU for a vCPU cannot be had: the others divide what is left
hog one --cpu-shares 10000
hog v1 --cpus 2 --cpu-shares 100
hog v2 --cpus 2 --cpu-shares 300
later
window 10000
at_least "one vCPU of 10000 shares has one CPU" "$(received one)" $WHOLE
divide "one vCPU of 10000 shares has one CPU" $MOST one:5000 v1:1250 v2:3750
divide "the others have the other one" $ONE v1:2500 v2:7500
insula destroy --all

# Cap and guarantee, in percent of one CPU
hog capped --cpus 2 --cpu-max 30 --cpu-shares 10000
hog owed --cpus 2 --cpu-min 120 --cpu-shares 1
hog other --cpus 2 --cpu-shares 100
later
window 10000
all=$(together capped owed other)
echo "# together $(percent "$all") %: capped $(percent "$(received capped)")," \
	"owed $(percent "$(received owed)"), other $(percent "$(received other)")"
at_most "a cap of 30 % (parts)" "$(received capped)" 3030
at_least "it is not far below" "$(received capped)" 2910
at_least "a guarantee of 120 %" "$(received owed)" 11880
insula destroy --all

# Affinity
hog tied --cpus 2 --cpu-affinity 1
hog free --cpus 2
later
comes_to_cpus "tied to CPU 1" tied "1 1"
window 5000
divide "one is tied to CPU 1, one is free" $MOST tied:5000 free:5000
insula set tied --cpu-affinity 0
comes_to_cpus "set to CPU 0" tied "0 0"
window 5000
divide "it is tied to CPU 0" $MOST tied:5000 free:5000
insula set tied --cpu-affinity 1
comes_to_cpus "set to CPU 1" tied "1 1"

# The CPU goes
echo 0 >$cpu1 || bad "cpu1 does not go"
comes_to_cpus "CPU 1 is offline: who is tied to it" tied "0 0"
comes_to_cpus "CPU 1 is offline: who is not" free "0 0"
later
window 5000
goes_on "CPU 1 is offline" tied
goes_on "CPU 1 is offline" free
divide "CPU 1 is offline" $ONE tied:5000 free:5000
expect "no VM can be made for it" 1 '^insula: late: cpu-affinity 1: none of these CPUs is online' \
	insula create late --memory 16M --cpu-affinity 1
echo 1 >$cpu1 || bad "cpu1 does not come"
comes_to_cpus "CPU 1 is back: who is tied to it" tied "1 1"
window 5000
divide "CPU 1 is back" $MOST tied:5000 free:5000
both_used "CPU 1 is back"
i=0
while [ $i -lt 30 ]; do
	echo 0 >$cpu1
	usleep 30000
	echo 1 >$cpu1
	usleep 30000
	i=$((i + 1))
done
comes_to_cpus "thirty times to and fro" tied "1 1"
window 5000
divide "after that" $MOST tied:5000 free:5000
both_used "after that"
insula destroy --all
