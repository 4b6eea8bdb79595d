// SPDX-License-Identifier: GPL-2.0-only
/*
 * trap.c - the IDT, handlers in C, exceptions that a test expects
 */
#include "guest.h"

#ifdef __x86_64__
struct gate {
	u16 low, selector, attributes, middle;
	u32 high, reserved;
};
#else
struct gate {
	u16 low, selector, attributes, middle;
};
#endif

extern u8 vectors[];
extern u64 gdt[];
extern struct { u16 limit; ulong base; } __attribute__((packed)) gdt_pointer;
u32 trap_run(void (*fn)(void *), void *arg);
extern u8 trap_landing[];
void trap(struct frame *frame);

struct frame trap_frame;
ulong trap_cr2;
u32 caught_vector;
struct idt_pointer idt_pointer;
static struct gate idt[256] __attribute__((aligned(16)));
static trap_handler handlers[256];
static volatile bool catching;
static u32 tss[32] __attribute__((aligned(16)));
static u8 double_fault_stack[4096] __attribute__((aligned(16)));

void trap_escape(struct frame *frame)
{
	if (!catching)
		return;
	catching = false;
	memcpy(&trap_frame, frame, sizeof(trap_frame));
	trap_cr2 = READ_CR(2);
	caught_vector = frame->vector;
	frame->ip = (ulong)trap_landing;
	frame->cs = sizeof(ulong) == 8 ? SEL_CODE64 : SEL_CODE32;
	frame->flags &= ~(ulong)(FLAG_TF | FLAG_DF | FLAG_IF);
	if (sizeof(ulong) == 8)
		frame->ss = SEL_DATA;
}

void trap(struct frame *frame)
{
	if (handlers[frame->vector]) {
		handlers[frame->vector](frame);
		return;
	}
	if (catching && frame->vector < 32) {
		trap_escape(frame);
		return;
	}
	print("unexpected vector %lu, error %lx, at %lx, cr2 %lx\n", frame->vector, frame->error,
	      frame->ip, READ_CR(2));
	check(false, "no-unexpected-exception", "vector %lu", frame->vector);
	finish();
}

u32 trap_catch(void (*fn)(void *), void *arg)
{
	u32 vector;

	catching = true;
	vector = trap_run(fn, arg);
	catching = false;
	return vector;
}

trap_handler trap_set(u32 vector, trap_handler handler)
{
	trap_handler old = handlers[vector];

	handlers[vector] = handler;
	return old;
}

void trap_load(void)
{
	asm volatile("lidt %0" :: "m"(idt_pointer));
}

void triple_fault(void)
{
	struct idt_pointer none = { 0, 0 };

	asm volatile("lidt %0; int3" :: "m"(none));
}

static void load_tss(void)
{
	ulong base = (ulong)tss;
	u64 top = (ulong)double_fault_stack + sizeof(double_fault_stack);
	u64 low = 0x0000890000000000ULL | (sizeof(tss) - 1);

	if (sizeof(ulong) == 8)
		memcpy(&tss[9], &top, 8);	/* IST1 */
	tss[1] = top;				/* RSP0 or ESP0 */
	tss[2] = sizeof(ulong) == 8 ? 0 : SEL_DATA;
	tss[25] = sizeof(tss) << 16;		/* no I/O bitmap */
	gdt[SEL_TSS / 8] = low | (u64)(base & 0xffffff) << 16 | (u64)(base >> 24 & 0xff) << 56;
	asm volatile("ltr %w0" :: "r"(SEL_TSS));
}

void trap_init(void)
{
	u32 i;

	for (i = 0; i < 256; i++) {
		ulong entry = (ulong)&vectors[i * 16];

		idt[i].low = entry;
		idt[i].middle = entry >> 16;
		idt[i].selector = sizeof(ulong) == 8 ? SEL_CODE64 : SEL_CODE32;
		idt[i].attributes = i == BP || i == OF ? 0xee00 : 0x8e00;
	}
	if (sizeof(ulong) == 8)
		idt[DF].attributes |= 1;
	idt_pointer.limit = sizeof(idt) - 1;
	idt_pointer.base = (ulong)idt;
	asm volatile("lgdt %0" :: "m"(gdt_pointer));
	load_tss();
	trap_load();
}
