# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian's drivers for what every VM has on its PCI bus: random numbers.
. "$IT/lib.sh"
PATIENCE=300

launch linux --kernel "$IT/linux/6.1-cloud/vmlinuz" --initrd "$IT/linux/6.1-cloud/initrd" \
	--memory 256M --append "console=ttyS0 quiet insula.run=sh%20/checks/virtio"
output_has "it comes to its end" linux.out '^guest: exit 0'
linux_results linux.out linux
comes_to "and powers off" linux stopped '^poweroff$'
insula destroy --all
