# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# What is put into an emulated host for the tests: the directory WORK/it, which becomes
# /mnt/it. Sourced by run; needs $here (tests/integration) and $tests.

# qemu_with_cpu WORK MODEL: a QEMU whose CPU is this one, whatever its arguments say before.
qemu_with_cpu() {
	local wrapper=$1/qemu-with-cpu
	# shellcheck disable=SC2016 # for the wrapper to expand
	printf '#!/bin/sh\nexec qemu-system-x86_64 "$@" -cpu %s\n' "$2" >"$wrapper"
	chmod +x "$wrapper"
	echo "$wrapper"
}

stage_guests() {
	[ -e "$1/guests" ] && return
	make -s -C "$tests/guest" O="$1/guests" >&2
	rm -rf "$1"/guests/32 "$1"/guests/64
}

stage_helpers() {
	local name
	[ -e "$1/bin" ] && return
	mkdir -p "$1/bin/terminfo/x"
	cp -L /lib/terminfo/x/xterm "$1/bin/terminfo/x/"
	for name in net-peer netlink-abuse pty powercut; do
		gcc -static -O2 -Wall -Wextra -I"$tests/../include/uapi" -I"$tests/../include" \
			-o "$1/bin/$name" "$here/$name.c"
	done
}

# stage_linux IT VER: that kernel with an initrd that does what its command line says.
stage_linux() {
	[ -e "$1/linux/$2" ] && return
	mkdir -p "$1/linux/$2"
	cp -L "$("$tests/testbed/kernel" "$2" vmlinuz)" "$1/linux/$2/vmlinuz"
	"$tests/guest/linux/mkinitrd" --kernel "$2" --add "$here/linux:/checks" \
		"$1/linux/$2/initrd"
}

# stage_cpustate IT VER: the module that shows control registers, for that kernel.
stage_cpustate() {
	cp -r "$here/cpustate" "$1/"
	make -s -C "$("$tests/testbed/kernel" "$2" headers)" M="$1/cpustate" \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules >&2
}

stage_memtest() {
	cp -L "$("$tests/testbed/kernel" memtest vmlinuz)" "$1/memtest.bin"
}

# stage_disk CACHE NAME: a disk, CACHE/disks/NAME. NAME: blank, ext4 (an empty file system), or
# debian-SUITE-ARCH-FS[-FLAVOUR][+PACKAGE], with what is needed to boot it below CACHE/debian.
stage_disk() {
	local disk=$1/disks/$2 name package=() suite arch fs flavour
	[ -e "$disk" ] && return
	mkdir -p "$1/disks"
	case $2 in
	blank | ext4) truncate -s 64M "$disk" ;;&
	ext4) mkfs.ext4 -q "$disk" ;;
	debian-*)
		name=${2%%+*}
		[ "$name" = "$2" ] || package=(--package "${2#*+}")
		IFS=- read -r suite arch fs flavour <<<"${name#debian-}"
		"$tests/guest/debian/mkdisk" --suite "$suite" --arch "$arch" --fs "$fs" \
			--flavour "${flavour:-cloud}" "${package[@]}" "$disk"
		mkdir -p "$1/debian"
		mv "$disk".{vmlinuz,initrd} "$1/debian/"
		;;
	esac
}

# stage_mirror CACHE: what a mirror of Debian's serves: a package, those it depends on, and a list of them.
stage_mirror() {
	[ -e "$1/mirror" ] && return
	mkdir -p "$1/mirror"
	(
		. "$tests/testbed/lib/common.sh"
		. "$tests/testbed/lib/packages.sh"
		need dpkg-scanpackages=dpkg-dev
		fetch_debs "$1/mirror" jq libjq1 libonig5
	)
	(cd "$1/mirror" && dpkg-scanpackages . >Packages 2>/dev/null)
}

# stage_powercut CACHE: a Linux guest that writes records for ever.
stage_powercut() {
	[ -e "$1/powercut" ] && return
	mkdir -p "$1/powercut"
	cp -L "$("$tests/testbed/kernel" 6.1-cloud vmlinuz)" "$1/powercut/vmlinuz"
	"$tests/guest/linux/mkinitrd" --add "$1/bin/powercut:/usr/bin/powercut" \
		--run 'mount -t ext4 /dev/vda /mnt && exec powercut write /mnt' "$1/powercut/initrd"
}

# stage_host WORK VER NEED...: lay down what these tests need in a host with that kernel, afresh;
# guests and helpers are built once.
stage_host() {
	local work=$1 kernel=$2 need
	shift 2
	rm -rf "$work/it"
	mkdir "$work/it"
	cp -r "$here/inhost" "$here"/{,sched-,stress-,debian-}lib.sh "$here/t" "$work/it/"
	for need; do
		case $need in
		guests) stage_guests "$work/cache" ;;
		helpers) mkdir -p "$work/cache" && stage_helpers "$work/cache" ;;
		linux=*) stage_linux "$work/cache" "${need#*=}" ;;
		disk=*) stage_disk "$work/cache" "${need#*=}" ;;
		powercut) mkdir -p "$work/cache" && stage_helpers "$work/cache" && stage_powercut "$work/cache" ;;
		mirror) stage_mirror "$work/cache" ;;
		memtest) mkdir -p "$work/cache" && stage_memtest "$work/cache" ;;
		cpustate) [ -e "$work/it/cpustate" ] || stage_cpustate "$work/it" "$kernel" ;;
		-) continue ;;
		esac
		case $need in
		guests) link_in guests ;;
		helpers) link_in bin ;;
		linux=*) link_in "linux/${need#*=}" ;;
		mirror) link_in mirror ;;
		powercut) link_in bin && link_in powercut ;;
		disk=debian-*)
			link_in "debian/${need#*=}.vmlinuz"
			link_in "debian/${need#*=}.initrd"
			;;
		memtest) link_in memtest.bin ;;
		esac
	done
}

# link_in PATH: from the cache of this run into what the host gets.
link_in() {
	[ -e "$work/it/$1" ] && return
	mkdir -p "$(dirname "$work/it/$1")"
	cp -al "$work/cache/$1" "$work/it/$1"
}
