/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An option ROM for Bochs: starts the Linux kernel that lib/bochs.sh has laid into memory.
 *
 * The BIOS calls it last of all, when its tables and interrupts are in place. What a boot
 * loader would do is done: the kernel's setup code is at SETUP with its header filled in, all
 * else at the addresses the header tells. So this is the end of the 16-bit boot protocol
 * (Documentation/x86/boot.rst, "Running the kernel").
 *
 * What is at MARK says that this is the first time: the images are not laid down again at a
 * reset, which therefore ends Bochs.
 */
#define SETUP	0x2000		/* segments */
#define STACK	0xe000		/* offsets in SETUP */
#define MARK	0xf000

	.code16
	.text
rom:
	.byte	0x55, 0xaa, 512 / 512

	cli
	cld
	movw	$SETUP, %ax
	movw	%ax, %ds
	decb	MARK
	jnz	again
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movw	$STACK, %sp
	ljmp	$SETUP + 0x20, $0

again:
	pushw	%cs
	popw	%ds
	movw	$(word - rom), %si
	movw	$8, %cx
	movw	$0x8900, %dx
	rep outsb
stop:
	hlt
	jmp	stop

word:
	.ascii	"Shutdown"
	/* The last byte is for the sum of all to be 0. */
	.org	511
	.byte	0
