# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian's drivers for what every VM has on its PCI bus: random numbers, a second console.
. "$IT/lib.sh"
PATIENCE=60

# types LINE: on the VM's console, after an empty one, so that what comes out begins a line
types() { printf 'echo; %s\n' "$1" >&5; }

# between WORD: what has come out between the lines WORD-begin and WORD-end
between() { tr -d '\r' <console.out | sed -n "/^$1-begin\$/,/^$1-end\$/p" | sed '1d; $d'; }

insula create linux --kernel "$IT/linux/6.1-cloud/vmlinuz" --initrd "$IT/linux/6.1-cloud/initrd" \
	--memory 256M --append "console=ttyS0 quiet"
mkfifo in
insula console -q linux <in >console.out &
console=$!
exec 5>in
insula start linux
output_has "it comes up" console.out 'guest: init reached'
sleep 3

types 'sh /checks/virtio; echo looked: $?'
output_has "it looks at its devices" console.out '^looked: 0'
linux_results console.out linux

# A shell on hvc0, beside the one on ttyS0.
types 'ls -d /sys/class/tty/hvc0; echo typed on $(tty)'
output_has "what is typed goes to ttyS0" console.out '^typed on /dev/ttyS0'
types 'setsid getty -n -l /bin/sh 0 hvc0 &'
sleep 2
types 'echo typed on $(tty)'
output_has "and to hvc0 when that has spoken" console.out '^typed on /dev/hvc0'

stty -F "$(field linux console)" cols 101 rows 37
types 'sleep 1; echo size $(stty size)'
output_has "the terminal's size" console.out '^size 37 101'

# A megabyte each way, and the reader is away for a while.
types 'stty -echo -opost; head -c 1000000 /dev/urandom >/tmp/data; echo sum "$(md5sum </tmp/data)"'
output_has "data" console.out '^sum .'
sum=$(tr -d '\r' <console.out | sed -n 's/^sum //p')
types 'echo out-begin; base64 -w 0 /tmp/data; echo; echo out-end'
output_has "they begin to come out" console.out '^out-begin'
kill -STOP $console
sleep 2
kill -CONT $console
output_has "they come to their end" console.out '^out-end'
between out | base64 -d >data
is "and are the same" "$(md5sum <data)" "$sum"
types 'stty raw; echo raw; head -c 1000000 | md5sum >/tmp/sum; stty -raw; echo in-begin; cat /tmp/sum; echo in-end'
output_has "it listens" console.out '^raw'
cat data >&5
output_has "they go in" console.out '^in-end'
is "and are the same there" "$(between in)" "$sum"

# Without its driver hvc0 is gone, and typing goes where it did before; then with it again.
types 'cd /sys/bus/virtio/drivers/virtio_console; dev=$(ls -d virtio*); (sleep 2; echo $dev >unbind; echo; echo unbound) >/dev/ttyS0 & exit'
output_has "hvc0 is gone" console.out '^unbound'
types 'echo typed again on $(tty)'
output_has "and typing goes to ttyS0" console.out '^typed again on /dev/ttyS0'
types 'cd /sys/bus/virtio/drivers/virtio_console; for d in ../../devices/*; do echo ${d##*/} >bind; done 2>/dev/null; cd; echo anew on hvc0 >/dev/hvc0'
output_has "hvc0 is there again" console.out '^anew on hvc0'
insula destroy --all
exec 5>&-
