# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# What `insula run` returns, prints and leaves.
. "$IT/lib.sh"

status() {
	what=$1 wanted=$2
	shift 2
	timeout "$PATIENCE" "$@" </dev/null >out 2>err
	is "$what" $? "$wanted"
	is "$what: nothing is left" "$(insula list -q)" ""
}

status "power-off" 0 insula run r --memory 32M --kernel "$GUESTS/play.elf" --append do=poweroff
is "power-off says nothing on stderr" "$(cat err)" ""
for code in 0 1 16 127; do
	status "debug exit $code" $(((code << 1 | 1) & 255)) insula run r --memory 32M \
		--kernel "$GUESTS/play.elf" --debug-exit --append "do=exit code=$code"
done
status "without --debug-exit the port does nothing" 0 insula run r --memory 32M \
	--kernel "$GUESTS/hello.elf"
tr -d '\r' <out | grep -q '^hello, world (64 bits)$' && ok "output" || bad "output: $(head -n 3 out)"
status "a crash" 1 insula run r --memory 64M --kernel "$GUESTS/evil.elf" --append do=triple-fault
matches "a crash is told" "$(cat err)" '^insula: r: .*triple-fault'
status "a reboot with --on-reboot stop" 1 insula run r --memory 32M --kernel "$GUESTS/play.elf" \
	--append do=reset-port --on-reboot stop
matches "that is told" "$(cat err)" '^insula: r: .*reboot'
status "without a name" 0 insula run --memory 32M --kernel "$GUESTS/hello.elf"

insula run r --memory 32M --kernel "$GUESTS/play.elf" --append do=idle </dev/null >out 2>err &
pid=$!
output_has "a VM in the background" out idle
kill -TERM $pid
wait $pid
is "a signal ends it" $? 1
is "and the VM" "$(insula list -q)" ""
insula run r --memory 32M --kernel "$GUESTS/play.elf" --append do=idle </dev/null >out 2>err &
pid=$!
output_has "a VM in the background" out idle
insula destroy r
wait $pid
is "destroyed by somebody else" $? 1
matches "that is told" "$(cat err)" '^insula: r: '
