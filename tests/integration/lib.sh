# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2015
#
# What every test has: how it says what is well and what is not, how it asks about VMs. A
# test runs in a directory of its own, which is removed afterwards; $TEST is its name.
#
# Time limits here are watchdogs, for a host that shares its CPU with others.

GUESTS=$IT/guests
PATIENCE=60

# debug_kernel: is the host's one that checks itself? That takes time, and memory.
debug_kernel() { [ -e /sys/kernel/debug/kmemleak ]; }

# Seconds to wait for what is to come, which is later on that kernel. A test may set PATIENCE.
SLOW=1
! debug_kernel || SLOW=6
patience() { echo $((PATIENCE * SLOW)); }

one_line() { printf '%s\n' "$*" | tr '\n' ' '; }
ok() { echo "ok $TEST: $(one_line "$*")"; }
bad() { echo "not ok $TEST: $(one_line "$*")"; }

# is WHAT GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		bad "$1: '$2', not '$3'"
	fi
}

# matches WHAT TEXT REGEX
matches() {
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		ok "$1"
	else
		bad "$1: '$2' does not match '$3'"
	fi
}

# cpu_state: CR4, EFER and PAT of every CPU, a line each
cpu_state() {
	insmod "$IT/cpustate/cpustate.ko" 2>/dev/null
	dmesg | sed -n 's/.*cpustate: //p' | tail -n "$(nproc)"
}

# at_most WHAT NUMBER LIMIT
at_most() {
	if [ "$2" -le "$3" ]; then
		ok "$1"
	else
		bad "$1: $2 is more than $3"
	fi
}

# expect WHAT STATUS REGEX COMMAND...: the command's exit status, and what it says on
# stderr: one line that begins with `insula: `; REGEX '-': nothing at all.
expect() {
	what=$1 wanted=$2 regex=$3
	shift 3
	timeout "$(patience)" "$@" >expect.out 2>expect.err </dev/null
	got=$?
	text=$(cat expect.err)
	if [ $got != "$wanted" ]; then
		bad "$what: status $got, not $wanted ($text)"
	elif [ "$regex" = - ]; then
		is "$what" "$text" ""
	elif [ "$(wc -l <expect.err)" != 1 ] || [ "${text#insula: }" = "$text" ]; then
		bad "$what: not one line of an error: '$text'"
	else
		matches "$what" "$text" "$regex"
	fi
}

# does WHAT COMMAND...: it succeeds and says nothing on stderr
does() {
	what=$1
	shift
	expect "$what" 0 - "$@"
}

# field VM KEY: a value from its JSON, without quotes
field() {
	insula show -j "$1" 2>/dev/null |
		sed -n "s/^ *\"$2\": //p" | sed 's/,$//; s/^"\(.*\)"$/\1/'
}

state() { field "$1" state; }

# seconds_up: since the host's boot
seconds_up() { cut -d. -f1 /proc/uptime; }

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	end=$(($(seconds_up) + $1))
	shift
	until "$@"; do
		[ "$(seconds_up)" -lt $end ] || return 1
		usleep 100000
	done
}

is_state() { [ "$(state "$1")" = "$2" ]; }
says() { grep -aqE -- "$2" "$1" 2>/dev/null; }

# comes_to WHAT VM STATE REASON-REGEX
comes_to() {
	if wait_for "$(patience)" is_state "$2" "$3"; then
		matches "$1" "$(field "$2" reason)" "$4"
	else
		bad "$1: $2 is $(state "$2") ($(field "$2" reason)), not $3"
	fi
}

# output_has WHAT FILE REGEX: sooner or later
output_has() {
	if wait_for "$(patience)" says "$2" "$3"; then
		ok "$1"
	else
		bad "$1: no '$3' in: $(tail -n 5 "$2" | tr -d '\r' | tr '\n' '|')"
	fi
}

# elapsed_ms COMMAND...: how long it took, in ms of the host's clock; its status in $status
elapsed_ms() {
	before=$(sed 's/\.\([0-9][0-9]\) .*/\10/' /proc/uptime)
	"$@" >/dev/null 2>&1
	status=$?
	after=$(sed 's/\.\([0-9][0-9]\) .*/\10/' /proc/uptime)
	elapsed=$((after - before))
}

# has_open PID FILE
has_open() {
	for fd in "/proc/$1/fd/"*; do
		[ "$(readlink "$fd")" != "$2" ] || return 0
	done
	return 1
}

# listen_to NAME FILE: its console goes there from now on; $listener is who sees to that
listen_to() {
	insula console -q "$1" </dev/null >"$2" 2>"$2.err" &
	listener=$!
	wait_for "$(patience)" has_open $listener "$(readlink -f "$(field "$1" console)")"
}

# hears PID: has it joined a group of generic netlink? libnl's ports have the process in their lower bits.
hears() {
	awk -v pid="$1" '$2 == 16 && $3 % 4194304 == pid && $4 !~ /^0+$/ { found = 1 } END { exit !found }' \
		/proc/net/netlink
}

# monitor FILE ARGUMENT...: events go there from now on; $monitor is who sees to that
monitor() {
	events_to=$1
	shift
	insula monitor "$@" >"$events_to" &
	monitor=$!
	wait_for "$(patience)" hears $monitor
}

# launch NAME ARGUMENT...: create and start a tiny guest in the background, its console in
# NAME.out. ARGUMENTs are those of `insula create`.
launch() {
	name=$1
	shift
	insula create "$name" "$@" || return
	listen_to "$name" "$name.out"
	insula start "$name"
}

# play NAME "do=... more" [ARGUMENT...], evil NAME "do=...": likewise, for these guests
play() {
	name=$1 line=$2
	shift 2
	launch "$name" --kernel "$GUESTS/play.elf" --memory 32M --debug-exit --append "$line" "$@"
}

evil() {
	name=$1 line=$2
	shift 2
	launch "$name" --kernel "$GUESTS/evil.elf" --memory 64M --debug-exit --append "$line" "$@"
}

# run_guest NAME LABEL APPEND ARGUMENT...: run a tiny guest to its end and make its results
# ours.
run_guest() {
	guest=$1 label=$2 append=$3
	shift 3
	timeout 200 insula run "t-$guest" --kernel "$GUESTS/$guest.elf" --memory 128M --debug-exit \
		--append "$append" "$@" </dev/null >guest.out 2>guest.err
	got=$?
	tr -d '\r' <guest.out | sed -n "s/^\(not \)\{0,1\}ok /\1ok $TEST: $label: /p"
	if ! says guest.out '^done' || [ $got != 33 ]; then
		says guest.out '^not ok' ||
			bad "$label: ended with status $got ($(cat guest.err)): $(tail -n 4 guest.out | tr -d '\r' | tr '\n' '|')"
	fi
	case $got in 124 | 143) insula destroy "t-$guest" ;; esac
}

# Free memory and such, as far as it can be known: caches dropped, work done.
settle() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
}

# On the debug kernel, how many kB may be free without looking so: KASAN keeps what is
# freed, up to a 32nd of the memory. (There kmemleak says what is lost.)
quarantine() {
	if debug_kernel; then
		echo $(($(meminfo MemTotal) / 32))
	else
		echo 0
	fi
}

meminfo() { sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo; }

# linux_results FILE LABEL: what a Linux guest said there of itself becomes ours.
linux_results() {
	tr -d '\r' <"$1" | sed -n "s/^\(not \)\{0,1\}ok /\1ok $TEST: $2: /p; s/^# /# /p"
}

# run_linux VER CPUS MIB: boot that kernel, let it look at itself.
run_linux() {
	label="$1 cpus=$2 memory=$3M"
	timeout 700 insula run linux --kernel "$IT/linux/$1/vmlinuz" --initrd "$IT/linux/$1/initrd" \
		--cpus "$2" --memory "$3M" \
		--append "console=ttyS0 quiet dyndbg=\"func kvm_register_steal_time +p\" insula.run=sh%20/checks/basic%20$2%20$3%20$(date +%s)" \
		</dev/null >linux.out 2>linux.err
	got=$?
	linux_results linux.out "$label"
	is "$label: powers off" "$got $(cat linux.err)" "0 "
	says linux.out '^guest: exit 0' || {
		bad "$label: did not come to its end"
		tail -n 30 linux.out | tr -d '\r' | sed 's/^/# /'
	}
}

# shell_linux VER CPUS MIB: boot that kernel to the shell on its console, for a person; from there
# let it look at itself.
shell_linux() {
	label="$1 cpus=$2 memory=$3M, from its shell"
	insula create shell --kernel "$IT/linux/$1/vmlinuz" --initrd "$IT/linux/$1/initrd" \
		--cpus "$2" --memory "$3M" --append "console=ttyS0 quiet"
	mkfifo in
	insula console -q shell <in >shell.out &
	exec 5>in
	insula start shell
	output_has "$label: the init script" shell.out 'guest: init reached'
	sleep 3
	# shellcheck disable=SC2016 # for that shell to expand
	printf 'sh /checks/basic %s %s %s; echo looked: $?\n' "$2" "$3" "$(date +%s)" >&5
	output_has "$label: a shell that answers" shell.out 'looked: 0'
	linux_results shell.out "$label"
	printf 'poweroff -f\n' >&5
	comes_to "$label: powers off" shell stopped '^poweroff$'
	exec 5>&-
	insula destroy shell
}
