# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# A host whose CPU cannot: the refusal names what is missing.
. "$IT/lib.sh"

dmesg -c >/dev/null
insmod /lib/modules/insula.ko 2>err && bad "the module loads" || ok "the module refuses to load"
matches "and says which feature is missing" "$(dmesg)" "insula: .*${MISSING:-SVM}"
expect "check" 6 . insula check
insula check -j >check.json 2>/dev/null
says check.json '"ok": false' && ok "check --json" || bad "check --json: $(cat check.json)"
matches "check --json names a problem" "$(tr -d '\n' <check.json)" '"problems": \[ *"'
grep -q insula /proc/modules && bad "something is left of it" || ok "nothing is left of it"
