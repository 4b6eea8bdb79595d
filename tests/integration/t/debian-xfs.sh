# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# Debian 12 on XFS.
. "$IT/lib.sh"
. "$IT/debian-lib.sh"

debian_visit debian-bookworm-amd64-xfs xfs
