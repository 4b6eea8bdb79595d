# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
#
# What the tests with a Debian disk have in common: a VM `debian` with it (tests/guest/debian/mkdisk
# says what is on it), a person's typing on its console, and what an installation that is well answers.
# Sourced after lib.sh.

PATIENCE=600
HOST_ADDRESS=192.168.77.1
GUEST_ADDRESS=192.168.77.2
ESCAPE=$(printf '\033')

# debian_start DISK ARGUMENT...: create the VM, start it; what its console says is in debian.out, and
# what is typed goes to descriptor 5.
debian_start() {
	disk=$1
	shift
	mkfifo keys
	insula create debian --memory 512M --kernel "$IT/debian/$disk.vmlinuz" \
		--initrd "$IT/debian/$disk.initrd" --append "root=LABEL=debian-root console=ttyS0" \
		--disk "/mnt/$disk" --nic name=debian0 "$@" || bad "no VM"
	ip addr add $HOST_ADDRESS/24 dev debian0
	ip link set debian0 up
	insula console -q debian <keys >debian.out 2>debian.err &
	exec 5>keys
	mark=1
	insula start debian
}

# since_mark: what the console has said since something was typed, as plain text
since_mark() { tail -c "+$mark" debian.out | tr -d '\r' | sed "s/$ESCAPE\[[?0-9;]*[a-zA-Z]//g"; }

# heard REGEX: sooner or later, since something was typed. (Looking takes the guest's CPU.)
heard() {
	end=$(($(seconds_up) + PATIENCE))
	until tail -c "+$mark" debian.out | grep -aqE -- "$1"; do
		[ "$(seconds_up)" -lt $end ] || return 1
		sleep 1
	done
}

# hears WHAT REGEX: that, or there is no point in going on
hears() {
	if heard "$2"; then
		ok "$1"
	else
		bad "$1: no '$2'"
		since_mark | tail -n 30 | sed 's/^/# /'
		insula stats debian | sed 's/^/# /'
		exit 0
	fi
}

# type_line TEXT: as a person types it, who presses Enter in the end
type_line() {
	mark=$(($(wc -c <debian.out) + 1))
	printf '%s\n' "$1" >&5
}

# ask COMMAND: have it executed; what it says is in $answer, its status in $status
ask() {
	type_line "$1; echo answered: \$?"
	heard '^answered: [0-9]' || bad "no answer to $1"
	answer=$(since_mark | sed '1d; /^answered: /,$d')
	status=$(since_mark | sed -n 's/^answered: //p')
}

# log_in: once; not, when another getty came between. (Gettys of ttyS0 and hvc0 share this terminal,
# and what is typed goes to the one whose line spoke last.)
log_in() {
	type_line root
	hears "password prompt" 'Password: '
	sleep 1
	type_line insula
	(PATIENCE=120; heard 'root@debian:~# ')
}

# debian_login: from the prompt to a plain shell
debian_login() {
	hears "login prompt" 'debian login: '
	tries=0
	until log_in; do
		tries=$((tries + 1))
		[ $tries -lt 4 ] || { bad "no shell"; exit 0; }
		type_line ''
		hears "login prompt again" 'debian login: '
	done
	ok "a shell"
	# dash has no opinion of terminals, and nothing waits at the end of a page.
	type_line 'exec env SYSTEMD_PAGER=cat sh'
	sleep 1
}

# debian_is_well FS: nothing has failed, the root is what it should be
debian_is_well() {
	ask 'systemctl is-system-running --wait'
	is "systemd is content" "$answer" running
	ask 'systemctl --failed --no-legend'
	is "no unit has failed" "$answer" ""
	ask 'findmnt -n -o SOURCE,FSTYPE /'
	matches "root file system" "$answer" "^/dev/vda1 +$1\$"
	ask 'systemctl is-active serial-getty@ttyS0 serial-getty@hvc0; tty'
	echo "# ttyS0, hvc0, this one: $(one_line "$answer")"
	# The generic kernels look for firmware that is not part of Debian proper.
	ask 'journalctl -b -p err -q -o cat | grep -vi firmware'
	is "no error in the journal" "$answer" ""
}

debian_network() {
	ask "ping -q -c 5 -i 0.3 $HOST_ADDRESS"
	matches "ping to the host" "$(one_line "$answer")" ' 0% packet loss'
	ping -q -c 5 -i 0.3 -W 5 $GUEST_ADDRESS >ping.out 2>&1
	matches "ping from the host" "$(one_line "$(cat ping.out)")" ' 0% packet loss'
	is "a page from its web server" "$(curl -sS --max-time 60 http://$GUEST_ADDRESS/ 2>&1)" \
		"It works: this page comes from a Debian guest."
}

debian_poweroff() {
	type_line poweroff
	comes_to "poweroff" debian stopped '^poweroff$'
	exec 5>&-
	insula destroy debian
	rm keys
}

# debian_visit DISK FS: all that
debian_visit() {
	debian_start "$1"
	debian_login
	debian_is_well "$2"
	debian_network
	ask systemd-analyze
	echo "# $(one_line "$answer")"
	debian_poweroff
}
