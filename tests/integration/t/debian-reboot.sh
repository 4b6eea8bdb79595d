# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian reboots, is reset, and comes back each time with its disk well.
. "$IT/lib.sh"
. "$IT/debian-lib.sh"

debian_start debian-bookworm-amd64-ext4
debian_login
ask "echo before >/root/kept && sync"
type_line reboot
debian_login
is "it rebooted" "$(field debian boots)" 2
ask "cat /root/kept"
is "what was written is there" "$answer" before
debian_is_well ext4
debian_network

mark=$(($(wc -c <debian.out) + 1))
does "reset" insula reset debian
debian_login
ask "cat /root/kept"
is "and after a reset" "$answer" before
debian_is_well ext4
does "the power button" insula shutdown debian --timeout 300
is "ends it" "$(state debian) $(field debian reason)" "stopped poweroff"
exec 5>&-
insula destroy debian
