# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A Linux guest knows how much of its time it did not get: on one CPU, beside a VM that never sleeps.
. "$IT/lib.sh"
PATIENCE=300

# ms KEY: of the VM, not of its vCPU
ms() { insula stats -j linux | sed -n "s/^ *\"$1\": \([0-9]*\).*/\1/p" | awk 'NR == 1 { print int($1 / 1000000) }'; }

evil hog do=spin
launch linux --kernel "$IT/linux/6.1-cloud/vmlinuz" --initrd "$IT/linux/6.1-cloud/initrd" \
	--memory 128M --append "console=ttyS0 quiet insula.run=sh%20/checks/steal"
output_has "it comes to its end" linux.out '^guest: exit 0'
host=$(ms cpu_steal_ns)
echo "# $(insula stats linux | sed -n 's/^  *\(cpu\|steal\)/\1/p' | tr '\n' ';')"
comes_to "and powers off" linux stopped '^poweroff$'
linux_results linux.out linux
# Hardly anything has happened between its last look and ours.
guest=$(tr -d '\r' <linux.out | sed -n 's/^stolen in all: \([0-9]*\) ms/\1/p')
at_most "it counts no more than we do" "${guest:-999999999}" $((host + 20))
at_most "nor much less" $((host - guest)) $((host / 5 + 1000))
is "the other one still runs" "$(state hog)" running
insula destroy --all
