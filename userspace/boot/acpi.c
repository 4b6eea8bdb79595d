// SPDX-License-Identifier: GPL-2.0-only
/*
 * acpi.c - the ACPI tables of an Insula machine
 *
 * Structures and section numbers are those of ACPI 6.4. Only what
 * guest-abi.h lays down is told of; the DSDT comes compiled, from dsdt.asl.
 */
#include "acpi.h"

#include <assert.h>
#include <string.h>

#include "boot.h"

#define PACKED		__attribute__((packed))

#define GAS_IO		1	/* 5.2.3.2: address space of ports */

/* FADT, table 5-9 and 5-10 */
#define FADT_REVISION		6
#define FADT_MINOR		4
#define FADT_WBINVD		(1u << 0)
#define FADT_PROC_C1		(1u << 2)
#define FADT_SLP_BUTTON		(1u << 5)	/* no fixed sleep button */
#define FADT_TMR_VAL_EXT	(1u << 8)
#define FADT_RESET_REG_SUP	(1u << 10)
#define BOOT_LEGACY_DEVICES	(1u << 0)
#define BOOT_NO_VGA		(1u << 2)
#define LATENCY_NO_C2		0xffff
#define LATENCY_NO_C3		0xffff
#define RESET_VALUE		6
#define RTC_CENTURY		0x32

/* MADT, 5.2.12 */
#define MADT_REVISION		5
#define MADT_PCAT_COMPAT	1
#define MADT_LAPIC		0
#define MADT_IOAPIC		1
#define MADT_OVERRIDE		2
#define MADT_LAPIC_NMI		4
#define MADT_ENABLED		1
#define MADT_ALL_CPUS		0xff
#define INTI_LEVEL_HIGH		0xd
#define NMI_LINT		1

/* MCFG: PCI Firmware Specification 3.2, 4.1.2 */
#define MCFG_REVISION		1

struct header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} PACKED;

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} PACKED;

struct gas {
	uint8_t space;
	uint8_t bits;
	uint8_t offset;
	uint8_t access;		/* 1 byte, 2 word, 3 dword */
	uint64_t address;
} PACKED;

struct xsdt {
	struct header header;
	uint64_t fadt;
	uint64_t madt;
	uint64_t mcfg;
} PACKED;

struct fadt {
	struct header header;
	uint32_t firmware_ctrl;
	uint32_t dsdt;
	uint8_t reserved0;
	uint8_t preferred_pm_profile;
	uint16_t sci_int;
	uint32_t smi_cmd;
	uint8_t acpi_enable;
	uint8_t acpi_disable;
	uint8_t s4bios_req;
	uint8_t pstate_cnt;
	uint32_t pm1a_evt_blk;
	uint32_t pm1b_evt_blk;
	uint32_t pm1a_cnt_blk;
	uint32_t pm1b_cnt_blk;
	uint32_t pm2_cnt_blk;
	uint32_t pm_tmr_blk;
	uint32_t gpe0_blk;
	uint32_t gpe1_blk;
	uint8_t pm1_evt_len;
	uint8_t pm1_cnt_len;
	uint8_t pm2_cnt_len;
	uint8_t pm_tmr_len;
	uint8_t gpe0_blk_len;
	uint8_t gpe1_blk_len;
	uint8_t gpe1_base;
	uint8_t cst_cnt;
	uint16_t p_lvl2_lat;
	uint16_t p_lvl3_lat;
	uint16_t flush_size;
	uint16_t flush_stride;
	uint8_t duty_offset;
	uint8_t duty_width;
	uint8_t day_alrm;
	uint8_t mon_alrm;
	uint8_t century;
	uint16_t iapc_boot_arch;
	uint8_t reserved1;
	uint32_t flags;
	struct gas reset_reg;
	uint8_t reset_value;
	uint16_t arm_boot_arch;
	uint8_t minor_version;
	uint64_t x_firmware_ctrl;
	uint64_t x_dsdt;
	struct gas x_pm1a_evt_blk;
	struct gas x_pm1b_evt_blk;
	struct gas x_pm1a_cnt_blk;
	struct gas x_pm1b_cnt_blk;
	struct gas x_pm2_cnt_blk;
	struct gas x_pm_tmr_blk;
	struct gas x_gpe0_blk;
	struct gas x_gpe1_blk;
	struct gas sleep_control;
	struct gas sleep_status;
	char hypervisor_vendor[8];
} PACKED;

struct facs {
	char signature[4];
	uint32_t length;
	uint32_t hardware_signature;
	uint32_t waking_vector;
	uint32_t global_lock;
	uint32_t flags;
	uint64_t x_waking_vector;
	uint8_t version;
	uint8_t reserved0[3];
	uint32_t ospm_flags;
	uint8_t reserved1[24];
} PACKED;

struct madt {
	struct header header;
	uint32_t lapic_address;
	uint32_t flags;
} PACKED;

struct madt_lapic {
	uint8_t type, length;
	uint8_t uid;
	uint8_t apic_id;
	uint32_t flags;
} PACKED;

struct madt_ioapic {
	uint8_t type, length;
	uint8_t id;
	uint8_t reserved;
	uint32_t address;
	uint32_t gsi_base;
} PACKED;

struct madt_override {
	uint8_t type, length;
	uint8_t bus;
	uint8_t irq;
	uint32_t gsi;
	uint16_t flags;
} PACKED;

struct madt_lapic_nmi {
	uint8_t type, length;
	uint8_t uid;
	uint16_t flags;
	uint8_t lint;
} PACKED;

struct mcfg {
	struct header header;
	uint64_t reserved0;
	uint64_t address;
	uint16_t segment;
	uint8_t first_bus, last_bus;
	uint32_t reserved1;
} PACKED;

static_assert(sizeof(struct header) == 36, "ACPI 6.4, 5.2.6");
static_assert(sizeof(struct rsdp) == 36, "ACPI 6.4, 5.2.5.3");
static_assert(sizeof(struct fadt) == 276, "ACPI 6.4, 5.2.9");
static_assert(sizeof(struct facs) == 64, "ACPI 6.4, 5.2.10");
static_assert(sizeof(struct mcfg) == 60, "PCI Firmware Specification 3.2, 4.1.2");
static_assert(GUEST_ECAM_SIZE == 1 << 20, "one bus");

static const uint8_t dsdt[] = {
#include "dsdt.hex"
};

/* The area being filled; @base will be at BOOT_ACPI. */
struct writer {
	uint8_t *base;
	size_t used;
};

static_assert(sizeof(struct rsdp) + sizeof(struct xsdt) + sizeof(struct fadt) +
	      sizeof(struct facs) + sizeof(dsdt) + sizeof(struct madt) +
	      GUEST_MAX_CPUS * sizeof(struct madt_lapic) + sizeof(struct madt_ioapic) +
	      2 * sizeof(struct madt_override) + sizeof(struct madt_lapic_nmi) +
	      sizeof(struct mcfg) + 7 * 64
	      <= BOOT_ACPI_SIZE, "all tables fit");

static void *append(struct writer *w, size_t size)
{
	void *at = w->base + w->used;

	w->used += size;
	return at;
}

/* Tables begin at multiples of 64: the FACS has to, the others may. */
static void *new_table(struct writer *w, size_t size)
{
	w->used = (w->used + 63) & ~63UL;
	return append(w, size);
}

static uint32_t address_of(const struct writer *w, const void *at)
{
	return BOOT_ACPI + ((const uint8_t *)at - w->base);
}

static uint8_t checksum(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint8_t sum = 0;

	while (size--)
		sum += *bytes++;
	return -sum;
}

static void seal_header(struct header *h, const char *signature, size_t length, uint8_t revision)
{
	memcpy(h->signature, signature, 4);
	h->length = length;
	h->revision = revision;
	memcpy(h->oem_id, "INSULA", 6);
	memcpy(h->oem_table_id, "INSULA\0", 8);
	h->oem_revision = 1;
	memcpy(h->creator_id, "INSU", 4);
	h->creator_revision = 1;
	h->checksum = checksum(h, length);
}

static struct gas port(uint16_t address, unsigned int bytes)
{
	return (struct gas){
		.space = GAS_IO,
		.bits = bytes * 8,
		.access = bytes == 4 ? 3 : bytes,
		.address = address,
	};
}

static uint32_t write_facs(struct writer *w)
{
	struct facs *facs = new_table(w, sizeof(*facs));

	memcpy(facs->signature, "FACS", 4);
	facs->length = sizeof(*facs);
	facs->version = 2;
	return address_of(w, facs);
}

static uint32_t write_dsdt(struct writer *w)
{
	return address_of(w, memcpy(new_table(w, sizeof(dsdt)), dsdt, sizeof(dsdt)));
}

/*
 * The "8042" flag stays clear: the controller answers to a reset command, but
 * has no keyboard behind it, and a guest that believes in one waits for it.
 * FIX_RTC and PWR_BUTTON clear mean that both are fixed hardware.
 */
static uint32_t write_fadt(struct writer *w, uint32_t facs, uint32_t dsdt_address)
{
	struct fadt *fadt = new_table(w, sizeof(*fadt));

	fadt->firmware_ctrl = facs;
	fadt->dsdt = dsdt_address;
	fadt->x_dsdt = dsdt_address;
	fadt->sci_int = IRQ_SCI;
	fadt->pm1a_evt_blk = PORT_PM1_EVT;
	fadt->pm1a_cnt_blk = PORT_PM1_CNT;
	fadt->pm_tmr_blk = PORT_PM_TMR;
	fadt->pm1_evt_len = 4;
	fadt->pm1_cnt_len = 2;
	fadt->pm_tmr_len = 4;
	fadt->x_pm1a_evt_blk = port(PORT_PM1_EVT, 4);
	fadt->x_pm1a_cnt_blk = port(PORT_PM1_CNT, 2);
	fadt->x_pm_tmr_blk = port(PORT_PM_TMR, 4);
	/* PM1_EVT is two registers of two bytes each. */
	fadt->x_pm1a_evt_blk.access = 2;
	fadt->p_lvl2_lat = LATENCY_NO_C2;
	fadt->p_lvl3_lat = LATENCY_NO_C3;
	fadt->century = RTC_CENTURY;
	fadt->iapc_boot_arch = BOOT_LEGACY_DEVICES | BOOT_NO_VGA;
	fadt->flags = FADT_WBINVD | FADT_PROC_C1 | FADT_SLP_BUTTON | FADT_TMR_VAL_EXT |
		      FADT_RESET_REG_SUP;
	fadt->reset_reg = port(PORT_RESET, 1);
	fadt->reset_value = RESET_VALUE;
	fadt->minor_version = FADT_MINOR;
	memcpy(fadt->hypervisor_vendor, "INSULA\0", 8);
	seal_header(&fadt->header, "FACP", sizeof(*fadt), FADT_REVISION);
	return address_of(w, fadt);
}

static void write_overrides(struct writer *w)
{
	struct madt_override *timer = append(w, sizeof(*timer));
	struct madt_override *sci = append(w, sizeof(*sci));

	*timer = (struct madt_override){
		.type = MADT_OVERRIDE,
		.length = sizeof(*timer),
		.irq = IRQ_PIT,
		.gsi = GSI_PIT,
	};
	*sci = (struct madt_override){
		.type = MADT_OVERRIDE,
		.length = sizeof(*sci),
		.irq = IRQ_SCI,
		.gsi = IRQ_SCI,
		.flags = INTI_LEVEL_HIGH,
	};
}

static uint32_t write_madt(struct writer *w, unsigned int cpus)
{
	struct madt *madt = new_table(w, sizeof(*madt));
	struct madt_ioapic *ioapic;
	struct madt_lapic_nmi *nmi;

	madt->lapic_address = GUEST_LAPIC_BASE;
	madt->flags = MADT_PCAT_COMPAT;
	for (unsigned int i = 0; i < cpus; i++) {
		struct madt_lapic *lapic = append(w, sizeof(*lapic));

		*lapic = (struct madt_lapic){
			.type = MADT_LAPIC,
			.length = sizeof(*lapic),
			.uid = i,
			.apic_id = i,
			.flags = MADT_ENABLED,
		};
	}
	ioapic = append(w, sizeof(*ioapic));
	*ioapic = (struct madt_ioapic){
		.type = MADT_IOAPIC,
		.length = sizeof(*ioapic),
		.id = cpus,
		.address = GUEST_IOAPIC_BASE,
	};
	write_overrides(w);
	nmi = append(w, sizeof(*nmi));
	*nmi = (struct madt_lapic_nmi){
		.type = MADT_LAPIC_NMI,
		.length = sizeof(*nmi),
		.uid = MADT_ALL_CPUS,
		.lint = NMI_LINT,
	};
	seal_header(&madt->header, "APIC", w->base + w->used - (uint8_t *)madt, MADT_REVISION);
	return address_of(w, madt);
}

static uint32_t write_mcfg(struct writer *w)
{
	struct mcfg *mcfg = new_table(w, sizeof(*mcfg));

	mcfg->address = GUEST_ECAM_BASE;
	seal_header(&mcfg->header, "MCFG", sizeof(*mcfg), MCFG_REVISION);
	return address_of(w, mcfg);
}

static uint32_t write_xsdt(struct writer *w, uint32_t fadt, uint32_t madt, uint32_t mcfg)
{
	struct xsdt *xsdt = new_table(w, sizeof(*xsdt));

	xsdt->fadt = fadt;
	xsdt->madt = madt;
	xsdt->mcfg = mcfg;
	seal_header(&xsdt->header, "XSDT", sizeof(*xsdt), 1);
	return address_of(w, xsdt);
}

size_t acpi_build(uint8_t *area, unsigned int cpus)
{
	struct writer w = { .base = area };
	struct rsdp *rsdp = new_table(&w, sizeof(*rsdp));
	uint32_t facs = write_facs(&w);
	uint32_t fadt = write_fadt(&w, facs, write_dsdt(&w));
	uint32_t madt = write_madt(&w, cpus);

	rsdp->xsdt = write_xsdt(&w, fadt, madt, write_mcfg(&w));
	memcpy(rsdp->signature, "RSD PTR ", 8);
	memcpy(rsdp->oem_id, "INSULA", 6);
	rsdp->revision = 2;
	rsdp->length = sizeof(*rsdp);
	rsdp->checksum = checksum(rsdp, 20);
	rsdp->extended_checksum = checksum(rsdp, sizeof(*rsdp));
	return w.used;
}
