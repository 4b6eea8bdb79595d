# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian 12 for 32-bit machines.
. "$IT/lib.sh"
. "$IT/debian-lib.sh"

debian_visit debian-bookworm-i386-ext4 ext4
