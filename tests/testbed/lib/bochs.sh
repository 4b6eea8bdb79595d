# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# The machine under an emulated host that QEMU's TCG cannot be: Bochs, built from source once
# into the cache (some five minutes of CPU time). Same functions as lib/qemu.sh, same files in
# RUN. The CPU's models have what the real ones have (VMX with EPT; SVM with next-RIP saving),
# it does one instruction of one CPU after the other, and two runs of the same thing are equal
# to the tick.
#
# The channels: `console` and `status` are serial lines, output is what is written to port 0xe9
# (port-write.c), which Bochs passes to its stdout behind a banner of its own. Input there is
# none.
#
# There is no disk and no boot loader: Bochs lays the kernel, cut in two, and the initrd into
# memory, and an option ROM (boot-rom.S) starts it. A BIOS reading a CD takes its time.

readonly BOCHS_SOURCE=http://deb.debian.org/debian/pool/main/b/bochs/bochs_3.0+dfsg.orig.tar.xz
readonly BOCHS_SHA256=78f6c73d4a6472d5130a87ab9dc306d02c7c71ed8e25b3a8ef642e2a7acd282b
readonly BOCHS_PATCH=$TESTBED/bochs.patch
# What is needed of it, with the fastest of the interpreters it can be built with.
readonly BOCHS_CONFIGURE='--with-nogui --without-x --disable-plugins --enable-cpu-level=6
	--enable-x86-64 --enable-vmx=2 --enable-svm --enable-smp --enable-avx --enable-evex
	--enable-memtype --enable-protection-keys --enable-cet --enable-a20-pin --enable-pci
	--enable-large-ramfile --enable-all-optimizations --enable-configurable-msrs
	--disable-debugger --disable-debugger-gui'
# Where things are in memory; boot-rom.S knows the first four.
readonly SETUP=0x20000 STACK=0xe000 COMMAND_LINE=0xe800 MARK=0xf000 BODY=0x100000

readonly STREAM=port OUTPUT_BEGINS='testbed: output' TERMINAL=''

need_machine() {
	need gcc=gcc
	[ "$SMP" -le 8 ] || die "--smp: Bochs is given 8 CPUs at most"
	[ "$DEBUG" = 0 ] || die "--debug-kernel takes hours on Bochs: not available there"
	BOCHS=$CACHE/bochs/$(digest_of "$BOCHS_SHA256" "$BOCHS_CONFIGURE" "$(digest "$BOCHS_PATCH")")
	once "$BOCHS" build_bochs || die "could not build Bochs"
	ROMS=$CACHE/helpers/$(digest "$TESTBED/boot-rom.S")
	once "$ROMS" make_roms || die "could not make the ROMs"
}

build_bochs() {
	local out=$1 tree=$1/build
	say "building Bochs: this is done once and takes some minutes"
	need g++=g++ make=make patch=patch
	mkdir "$tree" "$out/package"
	# From a user's directory, that is: not as apt's own user.
	/usr/lib/apt/apt-helper -o APT::Sandbox::User=root -qq download-file "$BOCHS_SOURCE" \
		"$out/source.tar.xz" "SHA256:$BOCHS_SHA256" >&2 &&
		tar -xf "$out/source.tar.xz" -C "$tree" --strip-components=1 &&
		unpack_packages bochsbios "$out/package" &&
		cp "$out/package/usr/share/bochs/BIOS-bochs-latest" "$out/" || return
	patch -s -d "$tree" -p1 <"$BOCHS_PATCH" >&2 || return
	# shellcheck disable=SC2086 # words
	(cd "$tree" && nice ./configure $BOCHS_CONFIGURE CFLAGS=-O3 CXXFLAGS=-O3 &&
		nice make -j"$(nproc)" bochs) >"$out/build.log" 2>&1 || {
		tail -n 20 "$out/build.log" >&2
		return 1
	}
	strip -o "$out/bochs" "$tree/bochs" && rm -rf "$tree" "$out/package" "$out/source.tar.xz"
}

make_roms() {
	gcc -m32 -c -o "$1/boot.o" "$TESTBED/boot-rom.S" &&
		objcopy -O binary -j .text "$1/boot.o" "$1/boot" && correct_sum "$1/boot" || return
	# There must be a ROM for the display. That it does nothing saves time.
	printf '\x55\xaa\x01\xcb' >"$1/video"
	truncate -s 512 "$1/video" && correct_sum "$1/video"
}

# poke FILE OFFSET BYTES NUMBER: write that as so many bytes, the lowest first.
poke() {
	local i bytes=
	for ((i = 0; i < $3; i++)); do
		bytes+=$(printf '\\x%02x' $((($4 >> (8 * i)) & 255)))
	done
	printf '%b' "$bytes" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}

# correct_sum FILE: make the bytes of a ROM add up to 0, by the last.
correct_sum() {
	local sum
	sum=$(od -An -v -tu1 "$1" | awk '{ for (i = 1; i <= NF; i++) sum += $i } END { print sum % 256 }')
	poke "$1" 511 1 $(((256 - sum) % 256))
}

# megabytes SIZE: as Bochs wants it.
megabytes() {
	case $1 in
	*G) echo $((${1%G} * 1024)) ;;
	*) echo "${1%M}" ;;
	esac
}

# lay_down RUN VMLINUZ INITRD ADDRESS LINE: the kernel as setup code and body, with what a boot
# loader says in the header.
lay_down() {
	local setup=$1/setup sectors
	sectors=$(od -An -tu1 -j $((0x1f1)) -N 1 "$2")
	sectors=$((sectors + 1))
	head -c $((sectors * 512)) "$2" >"$setup"
	tail -c +$((sectors * 512 + 1)) "$2" >"$1/body"
	[ "${#5}" -lt $((MARK - COMMAND_LINE)) ] || die "the kernel's command line is too long"
	truncate -s $((COMMAND_LINE)) "$setup"
	printf '%s' "$5" >>"$setup"
	truncate -s 65536 "$setup"
	poke "$setup" "$MARK" 1 1
	poke "$setup" 0x210 1 0xff			# the loader is none that is known
	poke "$setup" 0x211 1 0x81			# the body is high, there is a heap
	poke "$setup" 0x218 4 "$4"
	poke "$setup" 0x21c 4 "$(stat -L -c %s "$3")"
	poke "$setup" 0x224 2 $((STACK - 0x200))	# the heap's end
	poke "$setup" 0x228 4 $((SETUP + COMMAND_LINE))
}

# attach_disks RUN: what bochsrc says of disks. What is written to one goes to a journal of its own.
attach_disks() {
	local places=(ata0-master ata0-slave ata1-master ata1-slave) ports=(0x1f0 0x170) irqs=(14 15)
	local number channel count=${#DISKS[@]}
	for channel in 0 1; do
		if [ $((channel * 2)) -lt "$count" ]; then
			echo "ata$channel: enabled=1, ioaddr1=${ports[channel]}, ioaddr2=$((ports[channel] + 0x200))," \
				"irq=${irqs[channel]}"
		else
			echo "ata$channel: enabled=0"
		fi
	done
	for ((number = 0; number < count; number++)); do
		echo "${places[number]}: type=disk, path=\"${DISKS[number]}\", mode=volatile," \
			"journal=\"$1/disk$number\""
	done
}

machine_args() {
	local run=$1 size low initrd
	PULSE=
	size=$(megabytes "$MEMORY")
	# More than that Bochs does not take from us: the rest it keeps in a file.
	low=$((size < 2048 ? size : 2048))
	# Below the BIOS's tables, which are at the end of memory.
	initrd=$(((low * 1048576 - 2097152 - $(stat -c %s "$3")) & ~4095))
	[ "$initrd" -gt $((64 * 1048576)) ] || die "--memory $MEMORY is not enough"
	# mitigations=off, nokaslr, cryptomgr.notests: half the instructions of a boot, on a CPU that
	# has nothing to mitigate. tsc=reliable: it is, and the watchdog's comparisons take time.
	# reboot=triple: Bochs ends at a triple fault, and would begin anew at any other reset.
	lay_down "$run" "$2" "$3" "$initrd" "console=ttyS0,115200 panic=-1 panic_on_oops=1 \
cryptomgr.notests no_timer_check mitigations=off nokaslr tsc=reliable reboot=triple edd=off $APPEND"
	# That errors are ignored is for speed and because a report of one was seen to hang.
	# The CPU's clock is its instruction count, the date a constant.
	cat >"$run/bochsrc" <<-END
		config_interface: textconfig
		display_library: nogui
		memory: guest=$size, host=$low
		romimage: file=$BOCHS/BIOS-bochs-latest, options=fastboot
		vgaromimage: file=$ROMS/video
		optromimage1: file=$ROMS/boot, address=0xd0000
		optramimage1: file=$run/setup, address=$SETUP
		optramimage2: file=$run/body, address=$BODY
		optramimage3: file=$3, address=$(printf '0x%x' "$initrd")
		cpu: model=$MODEL, count=$SMP, ips=${MHZ:-50}000000, reset_on_triple_fault=0, ignore_bad_msrs=1, exclude_features="rdrand, rdseed"
		clock: sync=none, time0=1767225600
		pci: enabled=1, chipset=i440fx
		speaker: enabled=0
		port_e9_hack: enabled=1
		com1: enabled=1, mode=file, dev=$run/console
		com2: enabled=1, mode=file, dev=$run/status
		log: $run/bochs.log
		panic: action=fatal
		error: action=ignore
		info: action=ignore
		debug: action=ignore
	END
	attach_disks "$run" >>"$run/bochsrc"
	# shellcheck disable=SC2016 # for that shell
	MACHINE=(sh -c 'exec "$1" -q -f "$2" >"$3"' sh "$BOCHS/bochs" "$run/bochsrc" "$run/output")
}
