# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# The machine under an emulated host with SVM: QEMU's TCG. It is given a directory RUN and
# leaves there `console` (the kernel's log) and `status` (what /init said last). The
# channels are virtio-serial ports: `output` and `status` from the emulated host, `input`
# to it; or, on a terminal, a second serial line for both.
#
# QEMU changes the set of a CPU's pending interrupts at every VMRUN and VMEXIT without its
# lock (|= and &= of CPU_INTERRUPT_VIRQ in svm_helper.c): an interrupt that a timer raises at
# that instant is lost, and with the LAPIC timer's the host stands still. The next interrupt
# of any kind makes the APIC look again, so one comes a few times a second over the serial
# line that is free, to one CPU after the other: the pulse. Not with icount, where timers fire in
# the CPU's own thread and where it would be noise.
#
# With icount a CPU is given all instructions until the next timer is due. Before 8.1 the next CPU
# had what that one left over, which may be nothing for ever: two CPUs do not even boot. So two
# CPUs with icount have a newer QEMU, of Debian's backports, which is unpacked in the cache.
#
# A repeated string instruction is emulated one iteration after the other, so the kernel is told that
# those of bytes are not fast (ERMS): it clears pages by words then, eight times as fast, and what uses much
# memory takes a third of the time. Not with icount: figures are those of a CPU that has it.
#
# INSULA_QEMU: another QEMU, with arguments that come first ("/opt/q/qemu -L /opt/q/share").

# The channel for streams of bytes (see init), the line after which what comes is output, if
# something comes before it, and whether there can be a terminal.
readonly STREAM=stream OUTPUT_BEGINS='' TERMINAL=1

# Sets QEMU, a command line. (Where it is the newer one, libraries are those of the other.)
need_machine() {
	need qemu-system-x86_64=qemu-system-x86
	QEMU=${INSULA_QEMU:-qemu-system-x86_64}
	[ -n "$ICOUNT" ] && [ "$SMP" != 1 ] && ! is_fair "$QEMU" || return 0
	[ -z "${INSULA_QEMU:-}" ] || die "--icount with two CPUs: INSULA_QEMU must be QEMU 8.1 or newer"
	newer_qemu
}

# icount_shift: an instruction takes 2^shift ns
icount_shift() {
	case ${MHZ:-1000} in
	1000) echo 0 ;;
	500) echo 1 ;;
	250) echo 2 ;;
	125) echo 3 ;;
	*) return 1 ;;
	esac
}

# is_fair QEMU: does icount leave something for the second CPU?
is_fair() {
	local version
	# shellcheck disable=SC2086 # a command line
	version=$($1 --version | sed -n '1s/.* version \([0-9.]*\).*/\1/p')
	printf '8.1\n%s\n' "$version" | sort -C -V
}

newer_qemu() {
	local dir=$CACHE/qemu-backports
	once "$dir" from_backports unpack_packages qemu-system-x86 qemu-system-common \
		qemu-system-data || die "no QEMU of backports, which --icount with two CPUs takes"
	QEMU="$dir/usr/bin/qemu-system-x86_64 -L $dir/usr/share/qemu -L /usr/share/seabios"
}

# machine_args RUN VMLINUZ INITRD: sets the array MACHINE from MODEL, SMP, MEMORY, DISKS, ICOUNT,
# CHANNEL, DEBUG and APPEND. Where a pulse is wanted PULSE is made the FIFO for it.
machine_args() {
	local run=$1 disk number=0 shift cpu=$MODEL
	PULSE=
	[ -n "$ICOUNT" ] || cpu+=,-erms
	# shellcheck disable=SC2206 # a command line
	MACHINE=($QEMU)
	# cryptomgr.notests: a second of self-tests at each boot that are not ours to run.
	# no_timer_check: on a busy machine the timer's test fails and the boot with it.
	MACHINE+=(-no-user-config -nodefaults -display none -monitor none -no-reboot
		-accel "tcg,thread=single" -cpu "$cpu" -smp "$SMP" -m "$MEMORY"
		-kernel "$2" -initrd "$3"
		-append "console=ttyS0 panic=-1 panic_on_oops=1 cryptomgr.notests no_timer_check $APPEND"
		-serial "file:$run/console"
		-device virtio-serial-pci
		-chardev "file,id=status,path=$run/status"
		-device "virtserialport,chardev=status,name=status")
	# The older machine's interrupt routing is an ACPI method with a loop: half a minute of
	# boot when each of its allocations is watched.
	[ "$DEBUG" = 0 ] || MACHINE+=(-M q35)
	# A comma in a name is written twice. snapshot: the image is only read, several may share it.
	for disk in "${DISKS[@]}"; do
		MACHINE+=(-drive "file=${disk//,/,,},format=raw,if=none,id=disk$number,snapshot=on"
			-device "virtio-blk-pci,drive=disk$number")
		number=$((number + 1))
	done
	if [ "$ICOUNT" ]; then
		shift=$(icount_shift) || die "--icount: --mhz '$MHZ' is none of 1000, 500, 250, 125"
		MACHINE+=(-icount "shift=$shift")
	fi
	if [ "$CHANNEL" = tty ]; then
		MACHINE+=(-chardev "stdio,id=tty,signal=off" -serial chardev:tty)
	else
		MACHINE+=(-chardev "stdio,id=input,signal=off"
			-device "virtserialport,chardev=input,name=input"
			-chardev "file,id=output,path=$run/output"
			-device "virtserialport,chardev=output,name=output")
		if [ -z "$ICOUNT" ]; then
			PULSE=$run/pulse
			mkfifo "$PULSE"
			MACHINE+=(-chardev "pipe,id=pulse,path=$PULSE" -serial chardev:pulse)
		fi
	fi
}
