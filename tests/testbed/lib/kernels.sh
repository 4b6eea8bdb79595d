# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Kernels by name: `6.1-cloud`, `6.12`, `6.12.117+deb12-cloud-amd64`, `6.1-686-pae`, `debug`,
# `memtest`.
# Each is unpacked once into the cache, with what is needed to boot it, to load its
# modules and to build one for it.

# for_kernel VER COMMAND...: what COMMAND asks of apt, it asks about that kernel's architecture.
for_kernel() {
	case $1 in
	*-686-pae) for_i386 "${@:2}" ;;
	*) "${@:2}" ;;
	esac
}

# resolve_kernel VER: the exact version of a name, remembered for a day.
resolve_kernel() {
	local ver=$1 memo=$CACHE/resolved/$1
	case $ver in
	debug | memtest | *-amd64 | *.*.*-686-pae) echo "$ver"; return ;;
	esac
	if [ -z "$(find "$memo" -mtime -1 2>/dev/null)" ]; then
		locked resolve look_up_kernel "$ver" "$memo" || return
	fi
	cat "$memo"
}

look_up_kernel() {
	local ver=$1 memo=$2 regex name
	case $ver in
	*-cloud) regex="linux-image-${ver%-cloud}\\.[0-9]+[^c]*-cloud-amd64" ;;
	*-686-pae) regex="linux-image-${ver%-686-pae}\\.[0-9]+(-[0-9]+|\\+deb[0-9]+)*-686-pae" ;;
	*) regex="linux-image-$ver\\.[0-9]+(-[0-9]+|\\+deb[0-9]+)*-amd64" ;;
	esac
	# Nobody else brings these lists up to date.
	[[ $ver != *-686-pae ]] || for_i386 locked apt update_lists
	name=$(for_kernel "$ver" newest_package "$regex") || {
		for_kernel "$ver" update_lists
		name=$(for_kernel "$ver" newest_package "$regex") || {
			say "no kernel package for '$ver' (known: 6.1-cloud, 6.1, 6.12-cloud, 6.12, 6.1-686-pae," \
				"an exact version)"
			return 1
		}
	}
	mkdir -p "$(dirname "$memo")"
	echo "${name#linux-image-}" >"$memo.$$" && mv "$memo.$$" "$memo"
}

# kernel_root VER: the directory a kernel's image package is unpacked in. VER is exact.
kernel_root() {
	local root=$CACHE/kernels/$1
	if [ "$1" = debug ]; then
		debug_kernel_root
		return
	fi
	once "$root" unpack_kernel "$1" || die "no kernel $1"
	echo "$root"
}

unpack_kernel() {
	local ver=$1 root=$2
	say "fetching kernel $ver"
	if [ "$ver" = memtest ]; then
		unpack_packages memtest86+ "$root" &&
			ln -s boot/memtest86+x64.bin "$root/vmlinuz" && [ -e "$root/vmlinuz" ]
		return
	fi
	for_kernel "$ver" unpack_packages "linux-image-$ver" "$root" || return
	if [ -e "$root/boot/vmlinuz-$ver" ]; then
		ln -s "boot/vmlinuz-$ver" "$root/vmlinuz"
	else
		ln -s "lib/modules/$ver/vmlinuz" "$root/vmlinuz"
	fi
	# What no emulated machine has is most of the work for depmod.
	(cd "$root/usr/lib/modules/$ver/kernel" &&
		rm -rf sound drivers/{gpu,media,usb,iio,staging,infiniband,isdn,hwmon,hid,mtd,leds} \
			drivers/net/{wireless,ethernet,usb,can}) || return
	depmod -b "$root" "$ver" 2>/dev/null && [ -e "$root/vmlinuz" ]
}

# kernel_vmlinuz, kernel_release, kernel_modules VER: the boot image; what `uname -r`
# will say; the directory with modules.dep.
kernel_vmlinuz() {
	local root
	root=$(kernel_root "$1") && echo "$root/vmlinuz"
}

kernel_release() {
	local root
	[ "$1" != debug ] || {
		root=$(kernel_root debug) && cat "$root/release"
		return
	}
	echo "$1"
}

kernel_modules() {
	local root release
	root=$(kernel_root "$1") && release=$(kernel_release "$1") &&
		echo "$root/usr/lib/modules/$release"
}

# kernel_headers VER: a directory for `make -C`. The machine's own where installed.
kernel_headers() {
	local ver=$1 root
	if [ "$ver" = debug ]; then
		root=$(kernel_root debug) && echo "$root/build"
		return
	elif [ -e "/lib/modules/$ver/build/Module.symvers" ]; then
		echo "/lib/modules/$ver/build"
		return
	elif [[ $ver = *-686-pae ]]; then
		die "kernel $ver is for guests only: the module is 64-bit"
	fi
	root=$CACHE/headers/$ver
	once "$root" unpack_headers "$ver" || die "no headers for kernel $ver"
	echo "$root/usr/src/linux-headers-$ver"
}

unpack_headers() {
	local ver=$1 root=$2 parts
	say "fetching the headers of kernel $ver"
	parts=$(LC_ALL=C apt-cache depends "linux-headers-$ver" 2>/dev/null |
		sed -nE 's/^ *Depends: (linux-(headers|kbuild)-.*)/\1/p')
	[ -n "$parts" ] || {
		locked apt update_lists
		parts=$(LC_ALL=C apt-cache depends "linux-headers-$ver" |
			sed -nE 's/^ *Depends: (linux-(headers|kbuild)-.*)/\1/p')
	}
	# shellcheck disable=SC2086 # one word a package
	unpack_packages "linux-headers-$ver" $parts "$root" || return
	# They refer to each other below /usr/src: say where that is now, once in place.
	sed -i "s|/usr/src/|$CACHE/headers/$ver/usr/src/|" "$root/usr/src/linux-headers-$ver/Makefile"
}
