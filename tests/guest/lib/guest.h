/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - the runtime of the tiny guests
 *
 * A guest is one C file with `void guest_main(void)`. It calls check() for each thing it
 * tests, which prints `ok NAME` or `not ok NAME: why`, and returns; the runtime prints
 * `done` and leaves by the debug-exit port: status 33 when all was well, else 3.
 */
#ifndef GUEST_H
#define GUEST_H

#include "layout.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int s32;
typedef signed long long s64;
typedef unsigned long ulong;
typedef __SIZE_TYPE__ size_t;
typedef _Bool bool;

#define true		1
#define false		0
#define NULL		((void *)0)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define barrier()	asm volatile("" ::: "memory")
#define READ_ONCE(x)	(*(volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define EXIT_GOOD	0x10		/* debug-exit status 33 */
#define EXIT_BAD	1		/* debug-exit status 3 */

/* The guest itself. */
void guest_main(void);

/* console.c: COM1, text, results. print knows %s %c %d %u %x, with l and ll, and widths. */
void console_init(void);
void print(const char *fmt, ...) printf_like(1, 2);
bool check(bool good, const char *name, const char *fmt, ...) printf_like(3, 4);
void skip(const char *name, const char *why);
void __attribute__((noreturn)) finish(void);

int strcmp(const char *a, const char *b);
size_t strlen(const char *s);
void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
u64 div64(u64 n, u32 by);

/* platform.c: what the PVH start info and ACPI say. */
extern char cmdline[256];
extern u64 rsdp_address;
const char *argument(const char *name);		/* the value of NAME=..., or NULL */
u32 random32(void);
void random_seed(u32 seed);
u32 memory_map(u32 index, u64 *start, u64 *length);	/* type, 0 beyond the last */
const void *acpi_table(const char *signature);
u32 cpu_count(void);				/* enabled in the MADT */
u32 madt_apic_id(u32 index);
bool on_insula(void);
bool on_tcg(void);
bool exact_cpu(void);		/* cpu=exact: beneath all is no QEMU, which leaves some faults out */

/* Instructions. */
static inline void outb(u16 port, u8 v) { asm volatile("outb %0, %1" :: "a"(v), "Nd"(port)); }
static inline void outw(u16 port, u16 v) { asm volatile("outw %0, %1" :: "a"(v), "Nd"(port)); }
static inline void outl(u16 port, u32 v) { asm volatile("outl %0, %1" :: "a"(v), "Nd"(port)); }

static inline u8 inb(u16 port)
{
	u8 v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline u16 inw(u16 port)
{
	u16 v;

	asm volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline u32 inl(u16 port)
{
	u32 v;

	asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return low | (u64)high << 32;
}

static inline void wrmsr(u32 msr, u64 v)
{
	asm volatile("wrmsr" :: "c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

static inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) :: "memory");
	return low | (u64)high << 32;
}

static inline void cpuid(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d)
{
	asm volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(sub));
}

static inline u32 read32(ulong address) { return *(volatile u32 *)address; }

static inline void write32(ulong address, u32 v)
{
	asm volatile("movl %0, %1" :: "r"(v), "m"(*(volatile u32 *)address) : "memory");
}

#define READ_CR(n) ({ ulong v_; asm volatile("mov %%cr" #n ", %0" : "=r"(v_) :: "memory"); v_; })
#define WRITE_CR(n, v) asm volatile("mov %0, %%cr" #n :: "r"((ulong)(v)) : "memory")
#define READ_DR(n) ({ ulong v_; asm volatile("mov %%dr" #n ", %0" : "=r"(v_)); v_; })
#define WRITE_DR(n, v) asm volatile("mov %0, %%dr" #n :: "r"((ulong)(v)) : "memory")

static inline void irq_enable(void) { asm volatile("sti; nop" ::: "memory"); }
static inline void irq_disable(void) { asm volatile("cli" ::: "memory"); }
static inline void wait_irq(void) { asm volatile("sti; hlt; cli" ::: "memory"); }
static inline void pause(void) { asm volatile("pause" ::: "memory"); }
static inline void invlpg(ulong va) { asm volatile("invlpg (%0)" :: "r"(va) : "memory"); }

/* trap.c: the IDT. */
struct frame {
#ifdef __x86_64__
	ulong r15, r14, r13, r12, r11, r10, r9, r8, di, si, bp, dx, cx, bx, ax;
#else
	ulong es, ds, di, si, bp, sp_unused, bx, dx, cx, ax;
#endif
	ulong vector, error, ip, cs, flags, sp, ss;	/* 32-bit: sp, ss only from CPL 3 */
};

typedef void (*trap_handler)(struct frame *frame);

enum {
	DE, DB, NMI, BP, OF, BR, UD, NM, DF, TS = 10, NP, SS, GP, PF, MF = 16, AC, MC, XM,
	NO_TRAP = 256,
};

#define FLAG_CF		(1 << 0)
#define FLAG_PF		(1 << 2)
#define FLAG_AF		(1 << 4)
#define FLAG_ZF		(1 << 6)
#define FLAG_SF		(1 << 7)
#define FLAG_TF		(1 << 8)
#define FLAG_IF		(1 << 9)
#define FLAG_DF		(1 << 10)
#define FLAG_OF		(1 << 11)
#define FLAG_RF		(1 << 16)
#define FLAG_AC		(1 << 18)

void trap_init(void);
void trap_load(void);				/* on every CPU */
void triple_fault(void);				/* the end of the VM */
trap_handler trap_set(u32 vector, trap_handler handler);
/* Call fn(arg); an exception in it ends it. Returns the vector, or NO_TRAP. First CPU only. */
u32 trap_catch(void (*fn)(void *), void *arg);
void trap_escape(struct frame *frame);		/* in a handler: end what trap_catch runs */
extern struct frame trap_frame;			/* of what trap_catch caught last */
extern ulong trap_cr2;
extern struct idt_pointer { u16 limit; ulong base; } __attribute__((packed)) idt_pointer;

/* apic.c */
#define LAPIC		0xfee00000UL
#define IOAPIC		0xfec00000UL
enum {
	LAPIC_ID = 0x20, LAPIC_VERSION = 0x30, LAPIC_TPR = 0x80, LAPIC_PPR = 0xa0, LAPIC_EOI = 0xb0,
	LAPIC_LDR = 0xd0, LAPIC_DFR = 0xe0, LAPIC_SVR = 0xf0, LAPIC_ISR = 0x100, LAPIC_IRR = 0x200,
	LAPIC_ESR = 0x280, LAPIC_ICR = 0x300, LAPIC_ICR_HIGH = 0x310, LAPIC_LVTT = 0x320,
	LAPIC_LVT0 = 0x350, LAPIC_LVT1 = 0x360, LAPIC_LVTERR = 0x370, LAPIC_TMICT = 0x380,
	LAPIC_TMCCT = 0x390, LAPIC_TDCR = 0x3e0,
};
#define MSR_APIC_BASE	0x1b
#define APIC_BASE_X2	(1 << 10)
#define APIC_BASE_ON	(1 << 11)
#define APIC_BASE_BSP	(1 << 8)
#define MSR_TSC_DEADLINE 0x6e0
#define LVT_MASKED	(1 << 16)
#define LVT_PERIODIC	(1 << 17)
#define LVT_DEADLINE	(2 << 17)
#define LVT_LEVEL	(1 << 15)
#define ICR_NMI		(4 << 8)
#define ICR_INIT	(5 << 8)
#define ICR_STARTUP	(6 << 8)
#define ICR_LOWEST	(1 << 8)
#define ICR_LOGICAL	(1 << 11)
#define ICR_PENDING	(1 << 12)
#define ICR_ASSERT	(1 << 14)
#define ICR_SELF	(1 << 18)
#define ICR_ALL		(2 << 18)
#define ICR_OTHERS	(3 << 18)
#define SPURIOUS_VECTOR	0xff

void lapic_enable(void);			/* on every CPU; xAPIC or as the first one */
bool has_x2apic(void);
void x2apic_enable(void);
u32 lapic_read(u32 reg);
void lapic_write(u32 reg, u32 v);
u32 lapic_id(void);
void lapic_eoi(void);
void lapic_icr(u32 destination, u32 low);
bool lapic_bit(u32 reg, u32 vector);		/* of the ISR, TMR or IRR */
u32 ioapic_read(u32 reg);
void ioapic_write(u32 reg, u32 v);
void ioapic_route(u32 pin, u32 low, u32 destination);

/* legacy.c: 8259, 8254, PM timer, RTC */
#define PIC_BASE	0x20			/* vectors 0x20-0x2f */
#define PIT_HZ		1193182
#define PM_TIMER_PORT	0x608
#define PM_TIMER_HZ	3579545
void pic_init(void);				/* all masked */
void pic_mask(u32 irq, bool masked);
void pic_eoi(u32 irq);
void pit_program(u32 channel, u32 mode, u16 count);
u16 pit_read(u32 channel);
u32 pm_timer(void);
void delay_us(u32 us);				/* by the PM timer */
u8 rtc_read(u8 reg);
void rtc_write(u8 reg, u8 v);
u32 tsc_khz(void);				/* measured once against the PM timer */

/* cpus.c */
extern volatile u32 cpus_up;			/* others that run */
u32 smp_start(void);				/* all of the MADT; how many came up */
void smp_call(u32 cpu, void (*fn)(void *), void *arg);	/* cpu from 1 on; does not wait */
bool smp_wait(u32 cpu);				/* false when it takes forever */
u32 smp_apic_id(u32 cpu);
bool wait_until(volatile u32 *value, u32 wanted, u32 ms);

/* paging.c (64-bit guests; 32-bit guests get two-level paging by paging_enable) */
void paging_enable(void);
void paging_join(void);				/* on another CPU */
void map_page(ulong va, u64 pa, u32 flags);	/* 4 KiB; va below 8 GiB */
void unmap_page(ulong va);
u64 *page_entry(ulong va);			/* 64-bit only: the 4 KiB entry, split on demand */

#endif
