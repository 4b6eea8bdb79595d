# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Disks and nics: what is refused, what is listed, and whose a file is. What the guest does with
# them is for others to see.
. "$IT/lib.sh"

refuse() {
	what=$1 status=$2 regex=$3
	shift 3
	expect "$what" "$status" "$regex" insula create bad --memory 16M "$@"
}

# accept WHAT NAME ARGUMENT...: that such a VM can be made
accept() {
	what=$1
	shift
	does "$what" insula create "$@" --memory 16M
}

# what JSON says of a VM's disks and nics
disks() { insula show -j "$1" | jq -c '.[0].disks | map([.path, .ro, .serial, .size])'; }
nics() { insula show -j "$1" | jq -c '.[0].nics | map([.name, .mac])'; }

truncate -s 1M a.img
truncate -s 10M b.img
truncate -s 1000 odd
truncate -s 1M ro.img
chmod 444 ro.img
truncate -s 1M 'c,d e.img'
: >empty
mkdir dir
mkfifo fifo
here=$(pwd)

refuse "no such file" 1 'bad: disk none: .*[Nn]o such file' --disk none
refuse "a directory" 1 'disk dir: is a directory, not a regular file or a block device' --disk dir
refuse "a character device" 1 'disk /dev/null: is a character device' --disk /dev/null
refuse "a FIFO" 1 'disk fifo: is a FIFO' --disk fifo
refuse "an empty file" 1 'disk empty: is empty' --disk empty
refuse "an odd size" 1 'disk odd: has 1000 bytes, which is no multiple of 512' --disk odd
refuse "an odd size, to be read only" 1 'disk odd: has 1000 bytes' --disk odd,ro
refuse "a read-only file" 1 'disk ro.img: is read-only: add ,ro' --disk ro.img
refuse "a file of the kernel's" 1 'disk /proc/version: ' --disk /proc/version,ro
refuse "the second of two" 1 'disk none: ' --disk a.img --disk none
refuse "the same file twice" 1 'disk 1: .*already' --disk a.img --disk ./a.img
refuse "no file" 2 'disk: takes FILE' --disk ''
refuse "an unknown word" 2 'disk: takes FILE' --disk a.img,rw
refuse "a long serial" 2 'disk: takes a serial of 1 to 20' --disk a.img,serial=123456789012345678901
refuse "a nic whose name is too long" 2 'nic: .* 1 to 15 characters' --nic name=1234567890123456
refuse "a nic whose name is a path" 2 'nic: .* without spaces' --nic name=../x
refuse "a nic whose name is taken" 1 'nic lo: there is an interface of that name' --nic name=lo
refuse "two nics of the same name" 1 'nic 1: .*has the name x9' --nic name=x9 --nic name=x9
refuse "an address of a group" 2 'nic: .* even' --nic mac=01:00:5e:00:00:01
refuse "an address that is none" 2 'nic: .* such as' --nic mac=1:2:3
expect "a name too long for a nic" 2 'more than 15 characters: give it another name' \
	insula create fourteen-chars --memory 16M --nic
does "but not with a name of its own" insula create fourteen-chars --memory 16M --nic name=short0
insula destroy fourteen-chars
is "nothing is left" "$(insula list -q)" ""

accept "disks and nics" web --disk a.img,serial=S-1 --disk ro.img,ro --disk 'c,,d e.img' \
	--nic --nic name=eth-x,mac=52:54:00:12:34:56
is "its disks" "$(disks web)" "[[\"$here/a.img\",false,\"S-1\",1048576],\
[\"$here/ro.img\",true,\"\",1048576],[\"$here/c,d e.img\",false,\"\",1048576]]"
matches "its nics" "$(nics web)" \
	'^\[\["web.0","[0-9a-f][26ae]:([0-9a-f]{2}:){4}[0-9a-f]{2}"\],\["eth-x","52:54:00:12:34:56"\]\]$'
matches "show: a disk" "$(insula show web)" "^disk  *$here/a.img \(1M, serial S-1\)$"
matches "show: a nic" "$(insula show web)" '^nic  *eth-x \(52:54:00:12:34:56, link '
matches "stats: a disk" "$(insula stats web)" "^  disk  *$here/a.img: 0 reads"
matches "stats: a nic" "$(insula stats web)" '^  nic  *web.0: to the guest '
is "list has them, too" "$(insula list -j | jq -c 'map([(.disks | length), (.nics | length)])')" \
	"[[3,2]]"
mac=$(nics web)
mv a.img moved.img
is "the path is that of now" "$(disks web | jq -r '.[0][0]')" "$here/moved.img"
mv moved.img a.img

refuse "a disk of another VM" 1 'disk 0: VM web has it as a disk already.*a.img' --disk a.img
refuse "even to read it" 1 'disk 0: VM web has it' --disk a.img,ro
refuse "by another path" 1 'VM web has it' --disk "$here/dir/../a.img"
ln a.img link.img
refuse "by another name" 1 'VM web has it' --disk link.img
accept "what is only read can be shared" reader --disk ro.img,ro
chmod 644 ro.img
refuse "but not written to" 1 'disk 0: VM .* has it' --disk ro.img
expect "a name that is taken, before all else" 1 'a VM of the name web exists already' \
	insula create web --memory 16M --disk a.img --nic
does "destroy" insula destroy web
accept "and its disks are free" web --disk a.img,ro --disk 'c,,d e.img' --nic \
	--nic name=eth-x,mac=52:54:00:12:34:56
is "the same VM has the same addresses" "$(nics web)" "$mac"
insula destroy --all

# As much as there can be, with names of the greatest length: all of it comes through.
long=$(head -c 200 /dev/zero | tr '\0' x)
set -- many --memory 16M
for i in 00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15; do
	truncate -s 1M "$long$i"
	set -- "$@" --disk "$long$i,serial=abcdefghijklmnopqr$i"
done
for i in 0 1 2 3 4 5 6 7 8 9 a b; do
	set -- "$@" --nic "name=12345678901234$i"
done
does "16 disks and 12 nics" insula create "$@"
is "all disks are shown" "$(insula show -j many | jq -r '.[0].disks | length,
	(map(.path[-2:]) | join("")), (map(.serial[-2:]) | join(""))' | tr '\n' ' ')" \
	"16 00010203040506070809101112131415 00010203040506070809101112131415 "
is "all nics are shown" "$(insula show -j many | jq -r '.[0].nics | map(.name[-1:]) | join("")')" \
	0123456789ab
is "all of it is listed" "$(insula list -j | jq -c 'map([(.disks | length), (.nics | length)])')" \
	"[[16,12]]"
does "stats of all" insula stats
refuse "one disk more" 2 'disk: can be given 16 times' "$@" --disk a.img
refuse "one nic more" 2 'nic: can be given 12 times' "$@" --nic
insula destroy many
path=$long/$long
mkdir -p "$path"
truncate -s 1M "$path/end.img"
insula create deep --memory 16M --disk "$path/end.img"
is "a path too long to be told: its end" "$(disks deep | jq -r '.[0][0]')" .../end.img
insula destroy deep

modprobe loop
losetup /dev/loop0 b.img
losetup -r /dev/loop1 b.img
mknod loop0-again b 7 0
accept "a block device" blk --disk /dev/loop0
is "its name and size" "$(disks blk)" '[["/dev/loop0",false,"",10485760]]'
refuse "it, by another node" 1 'VM blk has it' --disk loop0-again
refuse "a read-only one" 1 'is read-only|has to be ro' --disk /dev/loop1
accept "that is to be read only" blk-ro --disk /dev/loop1,ro
insula destroy --all
does "is let go of" losetup -d /dev/loop0
losetup -d /dev/loop1
