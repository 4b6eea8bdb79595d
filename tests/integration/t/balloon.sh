# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# RAM that a tiny guest gives up and gets back: what it reads then, what the host has of it, the
# target that the host sets, what is told of it.
. "$IT/lib.sh"

MIB=$((1 << 20))

run_guest balloon guest ""

# balloon VM FILTER: of what show tells
balloon() { insula show -j "$1" | jq -c ".[0].balloon | $2"; }
resident_mib() { echo $(($(field "$1" memory_resident) / MIB)); }
# follow VM [OPTION...]
follow() {
	vm=$1
	shift
	launch "$vm" --kernel "$GUESTS/balloon.elf" --memory 128M --debug-exit --append do=follow "$@"
	output_has "$vm: fills its RAM" "$vm.out" '^filled'
}
# is_actual VM BYTES: has it come to that?
is_actual() { [ "$(balloon "$1" .actual)" = "$2" ]; }
has_come_to() { wait_for "$PATIENCE" is_actual "$2" "$3" && ok "$1" || bad "$1: $(balloon "$2" .)"; }

# The target, and the memory that follows it.
follow follow
is "at first there is no target" "$(balloon follow '[.target, .actual, .reported]')" "[0,0,0]"
is "nor is there of memory" "$(field follow memory_target)" $((128 * MIB))
full=$(resident_mib follow)
at_most "it is resident" 64 "$full"
does "a target" insula set follow --memory-target 64M
has_come_to "the guest follows" follow $((64 * MIB))
is "is told" "$(balloon follow .target)-$(field follow memory_target)" "$((64 * MIB))-$((64 * MIB))"
at_most "the memory is the host's" "$(resident_mib follow)" $((full - 64))
matches "show tells" "$(insula show follow | tr -s ' ' | tr '\n' ';')" ';target 64M;.*;balloon 64M of 64M;'
matches "stats tell" "$(insula stats follow)" '^  balloon   64M of 64M, 0 reported free'
does "another one" insula set follow --memory-target 100663296
has_come_to "the guest takes some back" follow $((32 * MIB))
at_most "it has it" $((full - 32)) "$(resident_mib follow)"
does "none" insula set follow --memory-target auto
has_come_to "the guest takes all back" follow 0
is "it has all" "$(resident_mib follow)" "$full"
says follow.out '^not ok' && bad "the guest: $(grep '^not ok' follow.out)" || ok "the guest has no complaint"

# Statistics: each time somebody asks, the guest tells anew.
is "statistics: those that it has" "$(balloon follow '.stats | keys')" \
	'["age_ns","free","major_faults","total"]'
is "statistics" "$(balloon follow '.stats | [.total, .major_faults]')" "[$((128 * MIB)),3]"
before=$(balloon follow .stats.free)
told_more() { [ "$(balloon follow .stats.free)" -gt "$before" ]; }
wait_for "$PATIENCE" told_more && ok "they are asked for" || bad "they are not asked for"
matches "stats tell of the guest" "$(insula stats follow)" '^  guest     [0-9]+ free, 0 available of 128M; 3 major'

# It is kept while the VM is off, or paused, and begins anew with the guest.
does "pause" insula pause follow
does "a target for one that is paused" insula set follow --memory-target 96M
is "nothing happens" "$(balloon follow .actual)" 0
does "resume" insula resume follow
has_come_to "until it goes on" follow $((32 * MIB))
does "reset" insula reset follow
has_come_to "a guest that begins anew is told" follow $((32 * MIB))
does "stop" insula stop follow
is "off: there is a target and no more" "$(balloon follow '[.target, .actual, .stats]')" \
	"[$((32 * MIB)),0,null]"
does "a target for one that is off" insula set follow --memory-target 80M
does "start" insula start follow
has_come_to "it is told" follow $((48 * MIB))
does "as much as there is, is none" insula set follow --memory-target 128M
has_come_to "all is back" follow 0

# In the middle of it.
for n in 1 2 3; do
	insula set follow --memory-target 64M
	usleep $((n * 23457))
	does "reset while it inflates" insula reset follow
	usleep $((n * 34567))
	does "stop while it inflates" insula stop follow
	does "start again" insula start follow
done
has_come_to "it works still" follow $((64 * MIB))
does "destroy" insula destroy follow

# In pages of 2 MiB: what is taken out of one is the host's, too; and when all of it has been, the next is one.
follow huge --hugepages
huge=$(meminfo ShmemHugePages) all=$(meminfo Shmem)
at_most "the host has made huge pages" $((64 << 10)) "$huge"
does "half of one" insula set huge --memory-target 127M
has_come_to "is given up" huge $MIB
at_most "and is the host's" "$(meminfo Shmem)" $((all - 1024))
does "back" insula set huge --memory-target auto
has_come_to "it has it again" huge 0
is "in small pages" "$(meminfo ShmemHugePages)" $((huge - 2048))
does "all of it" insula set huge --memory-target 126M
has_come_to "is given up" huge $((2 * MIB))
at_most "and is the host's" "$(meminfo Shmem)" $((all - 2048))
tables() { insula stats -j huge | jq '.[0].memory_tables'; }
before=$(tables)
does "back" insula set huge --memory-target auto
has_come_to "it has it again" huge 0
is "in a page of 2 MiB" "$(meminfo ShmemHugePages)" "$huge"
is "that is mapped as one" "$(tables)" $((before - 4096))
says huge.out '^not ok' && bad "huge: $(grep '^not ok' huge.out)" || ok "the guest has no complaint then"
insula destroy huge

# Settings, said and refused.
does "create with a target" insula create small --memory 64M --memory-target 16M
is "it is kept" "$(field small memory_target) $(balloon small .target)" "$((16 * MIB)) $((48 * MIB))"
usage() { expect "$1" 2 "$2" insula set small --memory-target "$3"; }
usage "too small" '^insula: --memory-target: takes a size from 16M to 1T, or auto, not "15M"$' 15M
usage "too large for any" '^insula: --memory-target: takes a size from 16M to 1T, or auto, not "2T"$' 2T
usage "no whole pages" '^insula: --memory-target: takes a multiple of 4K, or auto, not "20000001"$' 20000001
usage "no size" '^insula: --memory-target: takes a size such as 512M or 2G, or auto, not "much"$' much
expect "more than there is" 1 '^insula: small: memory-target 65540K exceeds memory 64M$' \
	insula set small --cpu-shares 7 --memory-target 65540K
is "nothing was set" "$(field small memory_target) $(field small cpu_shares)" "$((16 * MIB)) 100"
expect "create: more than there is" 1 'bad: memory-target 128M exceeds memory 64M$' \
	insula create bad --memory 64M --memory-target 128M
is "no VM was made" "$(insula list -q)" small
insula destroy --all
