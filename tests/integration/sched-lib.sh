# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2015
#
# What the tests of CPU shares have in common: guests that want all of a CPU, what each VM
# received within a window of time, and whether that is what it was due. Sourced after lib.sh.
#
# Parts are hundredths of a percent here: 10000 is all. Where the host's clock counts
# instructions nothing depends on how fast the machine below it is.

# hog NAME ARGUMENT...: a VM that is busy from now on, on each of its vCPUs, and says nothing
hog() { guest_of do=hog "$@"; }

# nap NAME ARGUMENT...: one that works for 100 us and then sleeps for 5 ms
nap() { guest_of "do=nap run=100 sleep=5000" "$@"; }

guest_of() {
	line=$1 name=$2
	shift 2
	insula create "$name" --kernel "$GUESTS/play.elf" --memory 32M --append "$line" "$@" &&
		insula start "$name"
}

# hogs SHARES...: VMs v1, v2, ... with these
hogs() {
	number=0
	for shares; do
		number=$((number + 1))
		hog v$number --cpu-shares "$shares"
	done
}

# look: NAME CPU_TIME_NS UPTIME_NS of every VM, a line each
look() {
	insula list -j | awk -F '[ ":,]+' '
		$2 == "name" { name = $3 }
		$2 == "cpu_time_ns" { time = $3 }
		$2 == "uptime_ns" { print name, time, $3 }'
}

# window MS COMMAND...: look at all VMs before and after so many ms, in which COMMAND runs
window() {
	look >before
	for_ms=$1
	shift
	[ $# = 0 ] || "$@"
	usleep $((for_ms * 1000))
	look >after
}

# of_window COLUMN NAME: by how much it has grown in the last window
of_window() { awk -v c="$1" -v n="$2" '$1 == n { v = $c - v } END { printf "%.0f", v }' before after; }

# received NAME: its CPU time in the last window, in parts of a CPU
received() { echo $(($(of_window 2 "$1") * 10000 / $(of_window 3 "$1"))); }

# together NAME...: the sum of that
together() {
	sum=0
	for vm; do
		sum=$((sum + $(received "$vm")))
	done
	echo $sum
}

# divided NAME NAME...: what the first received of all that these received, in parts
divided() {
	mine=$(of_window 2 "$1") sum=0
	shift
	for vm; do
		sum=$((sum + $(of_window 2 "$vm")))
	done
	echo $((sum ? mine * 10000 / sum : 0))
}

percent() { printf '%d.%02d' $(($1 / 100)) $(($1 % 100)); }

# What VMs that want a CPU may lack of it, in parts of what is wanted: the debug kernel checks itself in a
# tenth of the time. None of those that share a CPU may have more for that.
LACK=0
! debug_kernel || LACK=1500

# near WHAT PARTS WANTED TOLERANCE: the tolerance is parts of what is wanted
near() {
	if [ $(($2 * 10000)) -le $(($3 * (10000 + $4))) ] &&
		[ $(($2 * 10000)) -ge $(($3 * (10000 - $4 - LACK))) ]; then
		ok "$1: $(percent "$2") %"
	else
		bad "$1: $(percent "$2") %, not $(percent "$3") %"
	fi
}

# at_least WHAT PARTS LEAST
at_least() {
	if [ $(($2 * 10000)) -ge $(($3 * (10000 - LACK))) ]; then
		ok "$1: $(percent "$2") %"
	else
		bad "$1: $(percent "$2") %, less than $(percent "$3") %"
	fi
}

# divide WHAT TOLERANCE NAME:PARTS...: near(), for how these divided the last window
divide() {
	what=$1 tolerance=$2
	shift 2
	names=$(printf '%s ' "$@" | sed 's/:[0-9]*//g')
	for item; do
		# shellcheck disable=SC2086 # words
		near "$what: ${item%:*}" "$(divided "${item%:*}" $names)" "${item#*:}" "$tolerance"
	done
}

# told NAME KEY: a number from its statistics, of the VM as a whole
told() { insula stats -j "$1" | sed -n "/\"vcpus\"/q; s/^ *\"$2\": \([0-9]*\),*$/\1/p"; }

# cpus_of NAME: on which CPU each vCPU is or was last, in order
cpus_of() {
	insula stats -j "$1" | sed -n '/"vcpus"/,$s/^ *"cpu": \([0-9-]*\),*$/\1/p' |
		tr '\n' ' ' | sed 's/ $//'
}

# host_hog: a process like any other that is busy, $host_hog
host_hog() {
	sh -c 'while :; do :; done' &
	host_hog=$!
}

# ticks PID: its CPU time, in hundredths of a second
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
