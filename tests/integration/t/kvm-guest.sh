# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Guests under KVM and under Insula on the same CPU at the same time: each does its work as if
# the other were not there, and the CPU is left as it was found.
. "$IT/lib.sh"
PATIENCE=120

# under_kvm OUT GUEST APPEND: in the background; its exit status by wait
under_kvm() {
	timeout 3000 qemu-system-x86_64 -accel kvm -cpu host,-svm,-vmx -nodefaults -no-user-config \
		-display none -monitor none -no-reboot -serial stdio -M pc -m 64 \
		-device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel "$GUESTS/$2.elf" -append "$3" </dev/null >"$1" 2>"$1.err" &
	pid=$!
}

rmmod insula
before=$(cpu_state)
matches "the state of the CPUs can be read" "$before" 'cr4 [1-9a-f].* efer [1-9a-f]'
insmod /lib/modules/insula.ko
modprobe kvm_amd 2>/dev/null || modprobe kvm_intel && ok "KVM loads" || bad "KVM does not load"
idle=$(cpu_state)

under_kvm kvm-count.out play "do=count ms=20"
counter=$pid
output_has "KVM's guest begins" kvm-count.out 'count 5'
under_kvm kvm-modes.out modes ""
kvm_modes=$pid
# (Not irq, which is strict about interrupts: QEMU's VMRUN forgets the shadow of STI, and KVM does not mend that.)
pids=
for seed in 1 2; do
	insula run "f$seed" --kernel "$GUESTS/fpu.elf" --memory 64M --debug-exit \
		--append "seed=$seed rounds=150" </dev/null >"f$seed.out" 2>&1 &
	pids="$pids $!"
done
run_guest excp "beside KVM's guest" ""
run_guest mmio "beside KVM's guest" ""
run_guest modes "beside KVM's guest" ""
for pid in $pids; do
	wait "$pid"
	is "vector registers of ours" $? 33
done
wait "$kvm_modes"
status=$?
is "KVM's guest that changes modes" $status 33
# What it complains of, and how far it came.
[ $status = 33 ] || { grep -a '^not ok' kvm-modes.out; tail -n 3 kvm-modes.out; } | tr -d '\r' | sed 's/^/# /'
last=$(grep -c count kvm-count.out)
output_has "KVM's guest goes on" kvm-count.out "count $((last + 3))"

play v "do=count ms=20"
output_has "ours begins" v.out 'count 3'
last=$(grep -c count kvm-count.out)
output_has "and KVM's does not stop for it" kvm-count.out "count $((last + 3))"
insula destroy v
rmmod insula && ok "ours goes while KVM's guest runs" || bad "ours does not go"
last=$(grep -c count kvm-count.out)
output_has "which it does not notice" kvm-count.out "count $((last + 3))"
insmod /lib/modules/insula.ko && ok "ours comes while KVM's guest runs" || bad "ours does not come"
run_guest hello "beside KVM's guest" ""
# The last line may not be whole yet.
is "KVM's guest has missed nothing" \
	"$(tr -d '\r' <kvm-count.out | sed -n '$d; s/^count //p' | awk '$1 != NR' | wc -l)" 0
kill "$counter"
wait "$counter"
is "CPUs while KVM is loaded and nobody runs" "$(cpu_state)" "$idle"
rmmod kvm_amd 2>/dev/null || rmmod kvm_intel
rmmod kvm && ok "KVM goes" || bad "KVM does not go"
run_guest hello "after KVM" ""
rmmod insula
is "CPUs as they were" "$(cpu_state)" "$before"
insmod /lib/modules/insula.ko
