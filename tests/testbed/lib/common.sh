# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# Ground shared by everything in tests/testbed: where things live, how errors are
# told, how several runs share one cache. Sourced, never run; does nothing by itself.

# Exit statuses that belong to the testbed rather than to the command in it.
readonly ST_TIMEOUT=124 ST_TESTBED=125 ST_SPLAT=99

TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# INSULA_TREE: another source tree to build the module and the tool from.
TREE=$(cd "${INSULA_TREE:-$TESTBED/../..}" && pwd -P)
CACHE=${INSULA_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/insula}
readonly TESTBED TREE CACHE
mkdir -p "$CACHE/locks"

# Everything told to the user goes to stderr; stdout belongs to the command.
say() { printf 'testbed: %s\n' "$*" >&2; }
die() {
	say "$*"
	exit "$ST_TESTBED"
}

# locked NAME CMD...: run CMD in a subshell that holds the cache's lock NAME.
locked() {
	local lock=$CACHE/locks/${1//\//_}
	shift
	(flock 9 && "$@") 9>"$lock"
}

# once DIR CMD...: unless DIR exists, let CMD fill a fresh directory (its last
# argument) and move that into place, so that nobody ever sees half of one.
once() {
	local dir=$1
	shift
	[ -d "$dir" ] && return
	locked "${dir#"$CACHE"/}" fill "$dir" "$@"
}

fill() {
	local dir=$1 new
	shift
	[ -d "$dir" ] && return
	mkdir -p "$(dirname "$dir")"
	new=$(mktemp -d "$dir.tmp.XXXXXX")
	chmod 755 "$new"
	if "$@" "$new"; then
		mv -T "$new" "$dir"
	else
		rm -rf "$new"
		return 1
	fi
}

# digest FILE...: a short name for the contents of these files.
digest() { cat "$@" | sha256sum | cut -c1-16; }

# As `digest` for a string.
digest_of() { printf '%s\n' "$*" | sha256sum | cut -c1-16; }

# merged_root DIR: the links of a merged /usr, so that archives laid over each other agree.
merged_root() {
	local name
	for name in bin sbin lib lib64; do
		mkdir -p "$1/usr/$name"
		[ -e "$1/$name" ] || ln -s "usr/$name" "$1/$name"
	done
}

# pack DIR: DIR as a cpio archive, owned by root, on stdout. Several of these in a
# row are one initrd to the kernel.
pack() {
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --quiet --null -o -H newc -R 0:0)
}
