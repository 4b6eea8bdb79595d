# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian 13 with its kernel for virtual machines.
. "$IT/lib.sh"
. "$IT/debian-lib.sh"

debian_visit debian-trixie-amd64-ext4 ext4
