# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2015,SC2016
#
# The serial console: two ways, attach and detach, the VM goes on without a listener.
. "$IT/lib.sh"

insula create e --kernel "$GUESTS/play.elf" --memory 32M --append do=echo
tty=$(field e console)
[ -c "$tty" ] && ok "the console is a device" || bad "no device '$tty'"
insula start e
# Ctrl-] is 035
timeout "$PATIENCE" pty 'echo' 'abc' 'abc' '\035' -- insula console e >pty.out 2>&1
is "Ctrl-] leaves with status 0" $? 0
is "and the VM runs on" "$(state e)" running
says pty.out abc && ok "echo" || bad "echo: $(cat pty.out)"
timeout "$PATIENCE" pty '-' 'xyz' 'xyz' '\035' -- insula console e >pty.out 2>&1
is "attach again" $? 0
says pty.out xyz && ok "echo again" || bad "echo again: $(cat pty.out)"
# without a terminal: input and output are streams
mkfifo in
insula console -q e <in >stream.out &
pid=$!
exec 5>in
printf 'stream' >&5
output_has "through a pipe" stream.out stream
printf 'q' >&5
comes_to "the guest was told to end" e stopped '^poweroff$'
wait_for "$PATIENCE" sh -c "! kill -0 $pid 2>/dev/null" && ok "the console hung up" || bad "console stays"
exec 5>&-
insula destroy e

# Nobody listens to a guest that talks a lot: it does not stand still.
insula create t --kernel "$GUESTS/evil.elf" --memory 64M --debug-exit \
	--append "do=console-flood rounds=50000"
insula start t
comes_to "a guest nobody listens to" t stopped .
is "came to its end" "$(field t exit_code)" 33
insula destroy t

# Two at once do not mix.
play a "do=count ms=10"
play b "do=echo"
output_has "one console" a.out 'count 20'
sleep 1
says b.out count && bad "a console shows another VM's text" || ok "the other console"
insula destroy --all
expect "console of no VM" 3 'no such VM' insula console nobody
