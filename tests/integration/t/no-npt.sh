# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A host with SVM whose CPU cannot page twice.
MISSING='([Nn]ested|NPT)'
. "$IT/t/no-svm.sh"
