/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insn.h - the VMX instructions
 *
 * Each has an exception-table entry: on a CPU that somebody took out of VMX operation
 * behind our back (an emergency reboot does) they fault, and that is a failure like others.
 * Intel SDM vol. 3 ch. 31. A current VMCS is needed for vmcs_read() and vmcs_write().
 */
#ifndef _INSULA_VMX_INSN_H
#define _INSULA_VMX_INSN_H

#include <linux/types.h>
#include <asm/asm.h>
#include <asm/vmx.h>

/* Names that ../../insn/insn.h has, too. */
#undef REG_R8
#undef REG_R9
#undef REG_R10
#undef REG_R11
#undef REG_R12
#undef REG_R13
#undef REG_R14
#undef REG_R15

/** vmcs_read() - a field, which the CPU must have, of the current VMCS; 0 if VMREAD faults */
static __always_inline u64 vmcs_read(u32 field)
{
	u64 val;

	asm volatile("1: vmread %[field], %[val]\n"
		     "2:\n" _ASM_EXTABLE_TYPE_REG(1b, 2b, EX_TYPE_ZERO_REG, %[val])
		     : [val] "=r" (val) : [field] "r" ((u64)field) : "cc");
	return val;
}

/** vmcs_write_failed() - say so, once */
void vmcs_write_failed(u32 field, u64 val);

static __always_inline void vmcs_write(u32 field, u64 val)
{
	bool failed;

	asm volatile("1: vmwrite %[val], %[field]\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b)
		     : "=@ccna" (failed) : [field] "r" ((u64)field), [val] "rm" (val));
	if (unlikely(failed))
		vmcs_write_failed(field, val);
}

/*
 * Those with one operand in memory, a physical address. Value: did it succeed? CF says no,
 * also when the instruction faulted and left it as it was.
 */
#define VMX_INSN(name)							\
static inline bool name##_insn(u64 pa)					\
{									\
	bool ok;							\
									\
	asm volatile("stc\n"						\
		     "1: " #name " %[pa]\n"				\
		     "2:\n" _ASM_EXTABLE(1b, 2b)			\
		     : "=@cca" (ok) : [pa] "m" (pa) : "memory");	\
	return ok;							\
}

VMX_INSN(vmxon)
VMX_INSN(vmclear)
VMX_INSN(vmptrld)

static inline void vmxoff_insn(void)
{
	asm volatile("1: vmxoff\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b) : : : "cc", "memory");
}

/** vmptrst_insn() - the current VMCS, ~0: none */
static inline u64 vmptrst_insn(void)
{
	u64 pa = ~0ULL;

	asm volatile("1: vmptrst %[pa]\n"
		     "2:\n" _ASM_EXTABLE(1b, 2b) : [pa] "+m" (pa) : : "cc", "memory");
	return pa;
}

/* INVEPT and INVVPID, likewise: @extent says how much, the descriptor of what. */
#define VMX_INV(name)							\
static inline bool name##_insn(u64 extent, u64 low, u64 high)		\
{									\
	struct { u64 low, high; } what = { low, high };			\
	bool ok;							\
									\
	asm volatile("stc\n"						\
		     "1: " #name " %[what], %[extent]\n"		\
		     "2:\n" _ASM_EXTABLE(1b, 2b)			\
		     : "=@cca" (ok) : [what] "m" (what), [extent] "r" (extent) : "memory"); \
	return ok;							\
}

VMX_INV(invept)
VMX_INV(invvpid)

#endif
