# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# KVM's module before and after ours, in either order; with it loaded, VMs run as ever.
. "$IT/lib.sh"

kvm() { modprobe kvm_amd 2>/dev/null || modprobe kvm_intel; }
no_kvm() { rmmod kvm_amd 2>/dev/null || rmmod kvm_intel; rmmod kvm; }

before=$(cpu_state)
kvm && ok "KVM loads beside" || bad "KVM does not load"
run_guest hello "with KVM loaded" ""
run_guest fpu "with KVM loaded" ""
rmmod insula && insmod /lib/modules/insula.ko && ok "ours after KVM" || bad "ours after KVM"
run_guest hello "after KVM" ""
play v "do=count ms=20"
output_has "a VM" v.out 'count 2'
no_kvm && ok "KVM goes while a VM runs" || bad "KVM does not go"
kvm && ok "KVM comes while a VM runs" || bad "KVM does not come"
last=$(grep -c count v.out)
output_has "it runs on" v.out "count $((last + 3))"
insula destroy v
no_kvm
is "CPUs as they were" "$(cpu_state)" "$before"
# With nobody else there, and after us, KVM finds what it needs.
rmmod insula
kvm && ok "KVM loads when we are gone" || bad "KVM does not load when we are gone"
no_kvm
insmod /lib/modules/insula.ko
