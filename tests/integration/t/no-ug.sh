# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A host with VMX and EPT whose guests could not be in real mode.
MISSING='unrestricted guest'
. "$IT/t/no-svm.sh"
