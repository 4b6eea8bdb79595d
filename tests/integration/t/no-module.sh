# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The module is not loaded.
. "$IT/lib.sh"

for command in list "show x" "create x --memory 16M" "start x" "destroy x" "stats" "monitor" "console x" \
	"run x --kernel $GUESTS/hello.elf" check; do
	# shellcheck disable=SC2086 # words
	expect "$command" 6 'not loaded' insula $command
done
does "help needs none" insula help
does "--version needs none" insula --version
insula check -j >check.json 2>/dev/null
is "check --json: status" $? 6
says check.json '"ok": false' && ok "check --json: ok is false" || bad "check --json: $(cat check.json)"
insmod /lib/modules/insula.ko
does "loaded, check is content" insula check
