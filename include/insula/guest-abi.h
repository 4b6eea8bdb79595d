/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest-abi.h - the fixed layout of an Insula machine
 *
 * What the module's devices answer to and what the tool writes into the
 * ACPI tables and the e820 map must agree; both take it from here. Nothing
 * but constants may stand in this file.
 */
#ifndef _INSULA_GUEST_ABI_H
#define _INSULA_GUEST_ABI_H

/* Guest-physical memory: RAM from 0, a hole for devices below 4 GiB. */
#define GUEST_LOW_RAM_TOP	0xc0000000ULL	/* RAM below the hole ends here */
#define GUEST_HIGH_RAM_BASE	0x100000000ULL	/* and goes on from here */
#define GUEST_PCI_MEM_BASE	0xc0000000ULL	/* PCI's window for memory BARs */
#define GUEST_PCI_MEM_SIZE	0x20000000ULL
#define GUEST_ECAM_BASE		0xe0000000ULL	/* PCI's configuration space: bus 0 only */
#define GUEST_ECAM_SIZE		0x00100000ULL
#define GUEST_IOAPIC_BASE	0xfec00000ULL
#define GUEST_IOAPIC_SIZE	0x1000ULL
#define GUEST_LAPIC_BASE	0xfee00000ULL
#define GUEST_LAPIC_SIZE	0x1000ULL
#define GUEST_BIOS_BASE		0x000a0000ULL	/* VGA and option ROM area: e820 leaves it out, */
#define GUEST_BIOS_TOP		0x00100000ULL	/* RAM is there nevertheless (ACPI's RSDP) */

#define GUEST_MAX_CPUS		255		/* xAPIC ids 0-254 */
#define GUEST_MAX_MEMORY	(1ULL << 40)	/* bytes; and never more than MAXPHYADDR */
#define GUEST_MIN_MEMORY	(1ULL << 20)

/* Ports. */
#define PORT_PIC_MASTER		0x20		/* 2 ports; slave at 0xa0, ELCR at 0x4d0 */
#define PORT_PIC_SLAVE		0xa0
#define PORT_PIC_ELCR		0x4d0
#define PORT_PIT		0x40		/* 4 ports */
#define PORT_KBD_DATA		0x60
#define PORT_SYSTEM_B		0x61		/* PIT channel 2 gate and output */
#define PORT_KBD_CMD		0x64
#define PORT_RTC		0x70		/* 2 ports */
#define PORT_DEBUG_EXIT		0xf4
#define PORT_COM1		0x3f8		/* 8 ports */
#define PORT_PM1_EVT		0x600		/* PM1a_EVT_BLK: status, enable; 4 bytes */
#define PORT_PM1_CNT		0x604		/* PM1a_CNT_BLK: 2 bytes */
#define PORT_PM_TMR		0x608		/* PM_TMR_BLK: 4 bytes, 32 bits wide */
#define PORT_PCI_ADDRESS	0xcf8		/* CONFIG_ADDRESS: 4 bytes, accessed whole */
#define PORT_RESET		0xcf9		/* RESET_REG: value 6 resets */
#define PORT_PCI_DATA		0xcfc		/* CONFIG_DATA: 4 bytes */
#define GUEST_PCI_IO_BASE	0x8000		/* PCI's window for I/O BARs */
#define GUEST_PCI_IO_SIZE	0x8000

/* Slots of PCI; the host bridge is in slot 0. */
#define GUEST_SLOT_RNG		1
#define GUEST_SLOT_CONSOLE	2
#define GUEST_SLOT_BALLOON	3
#define GUEST_SLOT_DISK		4		/* of the first one; INSULA_DISKS_MAX */
#define GUEST_SLOT_NIC		20		/* of the first one; INSULA_NICS_MAX */

/* ISA interrupts; with the IOAPIC the PIT comes in at GSI 2. */
#define IRQ_PIT			0
#define IRQ_COM1		4
#define IRQ_RTC			8
#define IRQ_SCI			9		/* level, active high */
#define IRQ_PCI			10		/* level; INTA of PCI slots with even numbers */
#define GUEST_PCI_IRQS		2		/* the next one: of those with odd ones */
#define GSI_PIT			2
#define GUEST_NR_GSIS		24

#define PM1_SLP_TYP_S5		5		/* \_S5 in the DSDT says the same */

#define GUEST_PM_TIMER_HZ	3579545
#define GUEST_PIT_HZ		1193182
#define GUEST_LAPIC_TIMER_HZ	1000000000	/* bus clock: 1 GHz */

/* CPUID hypervisor leaves. */
#define GUEST_CPUID_BASE	0x40000000
#define GUEST_CPUID_SIGNATURE	"InsulaInsula"	/* EBX, ECX, EDX */

#endif
