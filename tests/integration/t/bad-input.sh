# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# What people get wrong: one line that says what, the exit status of cli.md, nothing left.
. "$IT/lib.sh"

create() {
	what=$1 status=$2 regex=$3
	shift 3
	expect "$what" "$status" "$regex" insula create bad "$@"
}

kernel=$GUESTS/hello.elf
head -c 100000 /dev/urandom >noise
: >empty
head -c 3000 "$kernel" >short.elf
head -c 60 "$kernel" >header.elf
head -c 20000 "$IT/linux/6.1-cloud/vmlinuz" >short.bzimage
head -c 600 "$IT/linux/6.1-cloud/vmlinuz" >header.bzimage
mkdir dir
mkfifo fifo

create "no such kernel" 1 'none.*[Nn]o such file' --kernel none
create "a directory" 1 'dir.*(regular|[Dd]irectory)' --kernel dir
create "a device" 1 'null.*regular' --kernel /dev/null
create "a FIFO" 1 'fifo.*regular' --kernel fifo
create "noise" 1 'noise' --kernel noise
create "an empty file" 1 'empty' --kernel empty
create "an ELF cut short" 1 'short.elf' --kernel short.elf
create "an ELF's first bytes" 1 'header.elf' --kernel header.elf
create "a bzImage cut short" 1 'short.bzimage' --kernel short.bzimage
create "a bzImage's first bytes" 1 'header.bzimage' --kernel header.bzimage
create "a program that is no kernel" 1 'insula' --kernel "$(command -v insula)"
create "a kernel larger than RAM" 1 '(memory|RAM)' --kernel "$IT/linux/6.1-cloud/vmlinuz" --memory 4M
truncate -s 200M large
create "an initrd that does not fit" 1 'large.*fit' --kernel "$IT/linux/6.1-cloud/vmlinuz" \
	--initrd large --memory 128M
create "no such initrd" 1 'none.*[Nn]o such file' --kernel "$IT/linux/6.1-cloud/vmlinuz" --initrd none
line=$(head -c 70000 /dev/zero | tr '\0' a)
create "a command line that is too long" 1 '(command line|append)' \
	--kernel "$IT/linux/6.1-cloud/vmlinuz" --append "$line"
create "no CPUs" 2 'cpus.*255' --kernel "$kernel" --cpus 0
create "10,000 CPUs" 2 'cpus.*255' --kernel "$kernel" --cpus 10000
create "CPUs that are no number" 2 'cpus' --kernel "$kernel" --cpus two
create "negative CPUs" 2 'cpus' --kernel "$kernel" --cpus -1
create "no memory" 2 'memory' --kernel "$kernel" --memory 0
create "1 KiB of memory" 2 'memory' --kernel "$kernel" --memory 1K
create "100 TiB of memory" 2 'memory' --kernel "$kernel" --memory 100T
create "memory that is no number" 2 'memory' --kernel "$kernel" --memory lots
create "memory beyond 64 bits" 2 'memory' --kernel "$kernel" --memory 99999999999999999999
create "memory with a bad unit" 2 'memory' --kernel "$kernel" --memory 5X
create "an unknown option" 2 'colour' --kernel "$kernel" --colour red
create "an option without its value" 2 'memory' --kernel "$kernel" --memory
create "a bad --on-reboot" 2 'on-reboot' --kernel "$kernel" --on-reboot maybe
expect "no name" 2 . insula create
expect "two names" 2 . insula create one two
expect "an unknown command" 2 'frobnicate' insula frobnicate
for command in start stop pause resume reset shutdown destroy show console "set --on-reboot stop"; do
	# shellcheck disable=SC2086 # words
	expect "$command of an unknown VM" 3 'ghost: .*no such VM' insula $command ghost
done
expect "stats of an unknown VM" 3 'ghost' insula stats ghost
expect "destroy of nothing" 2 . insula destroy
is "nothing is left" "$(insula list -q)" ""

does "a VM without a kernel can be made" insula create blank --memory 16M
expect "set of what cannot change" 2 'memory' insula set blank --memory 32M
expect "set of nothing" 2 . insula set blank
does "set" insula set blank --on-reboot stop
is "is in effect" "$(field blank on_reboot)" stop
insula start blank
sleep 1
case $(state blank) in
crashed | running) ok "and started: $(state blank) ($(field blank reason))" ;;
*) bad "and started: $(state blank)" ;;
esac
insula destroy blank

does "help" insula help
does "--version" insula --version
for command in create start stop list show check; do
	does "$command --help" insula $command --help
done
does "the default is list" insula
insula help >/dev/full 2>err
is "output that cannot be written" $? 1
