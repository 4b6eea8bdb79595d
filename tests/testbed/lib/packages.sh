# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian packages: those this machine lacks are installed, those of the emulated
# host are fetched and unpacked in the cache, never installed here.

update_lists() {
	local lists=
	eval "$(apt-config shell lists Dir::State::lists/d)"
	[ -w "$lists" ] || die "the package lists are missing or old: run 'apt-get update' as root"
	say "updating the package lists"
	apt-get -qq update >&2 || say "apt-get update had errors"
}

# for_i386 COMMAND..., from_backports COMMAND...: what COMMAND asks of apt, it asks about i386, or about
# the backports to this Debian. Those lists are in the cache; neither dpkg nor apt of this machine
# is told of them.
for_i386() { with_lists i386 "$@"; }
from_backports() { with_lists backports "$@"; }

with_lists() {
	local dir=$CACHE/apt-$1
	once "$dir" make_lists "$1" "$dir" || die "no package lists for $1"
	APT_CONFIG=$dir/apt.conf "${@:2}"
}

make_lists() {
	local name=$1 dir=$2 new=$3
	mkdir -p "$new/lists/partial" "$new/cache/archives/partial"
	: >"$new/status"
	cat >"$new/apt.conf" <<-EOF
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir/cache";
	EOF
	"conf_of_$name" "$dir" "$new" >>"$new/apt.conf"
}

conf_of_i386() {
	echo 'APT::Architecture "i386";'
	echo 'APT::Architectures { "i386"; };'
}

conf_of_backports() {
	local dir=$1 new=$2 suite
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME-backports")
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
		"http://deb.debian.org/debian $suite main" >"$new/sources.list"
	echo "Dir::Etc::sourcelist \"$dir/sources.list\";"
	echo 'Dir::Etc::sourceparts "/dev/null";'
}

# need COMMAND=PACKAGE...: install the packages whose command (or, with a slash, file)
# is not there.
need() {
	local pair missing=()
	for pair; do
		case ${pair%%=*} in
		/*) [ -e "${pair%%=*}" ] || missing+=("${pair#*=}") ;;
		*) command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}") ;;
		esac
	done
	[ ${#missing[@]} = 0 ] || locked apt install_missing "${missing[@]}"
}

install_missing() {
	[ "$(id -u)" = 0 ] || die "missing on this machine: $* (apt-get install them)"
	say "installing $*"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq -y --no-install-recommends install "$@" >/dev/null 2>&1 && return
	update_lists
	apt-get -qq -y --no-install-recommends install "$@" >&2 || die "could not install $*"
}

# Commands that every use of the testbed needs.
need_basics() {
	need busybox=busybox-static cpio=cpio zstd=zstd xz=xz-utils depmod=kmod rsync=rsync \
		flock=util-linux
	# The dynamic busybox would not run in an empty initrd.
	! ldd "$(command -v busybox)" >/dev/null 2>&1 || locked apt install_missing busybox-static
}

# candidate PACKAGE: whether apt could fetch it.
candidate() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep '^  Candidate: [^(]' >/dev/null; }

# newest_package REGEX: the highest-numbered package whose whole name matches.
newest_package() {
	local name
	while read -r name; do
		candidate "$name" && { echo "$name"; return; }
	done < <(apt-cache pkgnames linux- 2>/dev/null | grep -E "^($1)\$" | sort -rV)
	return 1
}

# fetch_debs DIR PACKAGE...: download exactly these packages into DIR.
fetch_debs() {
	local dir=$1
	shift
	(cd "$dir" && apt-get -qq download "$@" >/dev/null 2>&1) && return
	locked apt update_lists
	(cd "$dir" && apt-get -qq download "$@" >&2) || {
		say "could not download $*"
		return 1
	}
}

# unpack_debs ROOT DEB...: unpack over ROOT, which has a merged /usr.
unpack_debs() {
	local root=$1 deb
	shift
	for deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink || return
	done
}

# unpack_packages PACKAGE... ROOT: fetch and unpack exactly these.
unpack_packages() {
	local root=${*: -1}
	set -- "${@:1:$#-1}"
	merged_root "$root"
	mkdir "$root/debs"
	fetch_debs "$root/debs" "$@" && unpack_debs "$root" "$root"/debs/*.deb &&
		rm -r "$root/debs"
}

# package_archive PACKAGE...: the path of a cpio archive with these packages and all
# they depend on.
package_archive() {
	local set dir
	set=$(printf '%s\n' "$@" | sort -u)
	dir=$CACHE/packages/$(digest_of "$set")
	# shellcheck disable=SC2086 # one word a package
	once "$dir" make_package_archive $set || die "no emulated host without the packages $*"
	echo "$dir/root.cpio"
}

make_package_archive() {
	local out=${*: -1} root debs
	set -- "${@:1:$#-1}"
	debs=$out/debs root=$out/root
	mkdir -p "$debs/partial" "$root"
	say "fetching $* with dependencies"
	download_closure "$debs" "$@" >/dev/null 2>&1 || {
		locked apt update_lists
		download_closure "$debs" "$@" >&2 || return
	}
	merged_root "$root"
	unpack_debs "$root" "$debs"/*.deb || return
	(cd "$root/usr/share" 2>/dev/null && rm -rf doc doc-base man info locale lintian bug iso-codes \
		icons applications)
	# Programs that find each other by alternatives do so after their packages are configured.
	pack "$root" >"$out/root.cpio" && rm -rf "$debs" "$root"
}

# Against an empty list of installed packages, so that the whole closure comes.
download_closure() {
	local debs=$1
	shift
	: >"$debs/status"
	apt-get -y --no-install-recommends --download-only \
		-o Dir::State::status="$debs/status" -o Dir::State::extended_states="$debs/status" \
		-o Dir::Cache::archives="$debs/" -o Debug::NoLocking=1 -o APT::Sandbox::User=root \
		install "$@"
}
