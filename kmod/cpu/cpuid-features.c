// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpuid-features.c - which CPU features a guest may see
 *
 * An allow-list: a bit that is not named here reads as zero, so a feature of tomorrow's
 * CPUs stays hidden until somebody has thought about it. What is in it needs no more than
 * the state that XSAVE saves (within the XCR0 that the VM may have), control registers
 * that are checked against features_masks(), and MSRs that Insula handles.
 *
 * Left out on purpose, with what they would need:
 *   SVM, VMX, SMX, SGX, SEV, TDX           nested virtualization, enclaves
 *   PDCM, PERFCTR*, IBS, LWP, DTES64, DS,
 *   DS-CPL, PT, PBE, IRPERF, TOPA          a performance-monitoring unit
 *   MONITOR, MWAITX, WAITPKG               waiting without exits
 *   EST, TM, TM2, HWP, APERF/MPERF         power and thermal MSRs of the host
 *   RTM, HLE, TSXLDTRK                     TSX_CTRL; broken or off nearly everywhere
 *   CET, AMX, UINTR, ENQCMD, LWP,
 *   MPX                                    supervisor XSAVE state, or XFD
 *   LA57, SMM, xTPR, CNXT-ID, NODEID_MSR,
 *   BPEXT, bus-lock #DB, PQM/PQE, SRBDS_CTRL, RDPRU,
 *   INVLPGB, MCOMMIT, TCE, AUTOIBRS        registers or MSRs that are not virtualized
 */
#include <linux/bits.h>
#include <linux/kernel.h>

#include "cpuid-features.h"

#define F(word, bit, name)		{ word, bit, 0, name }
#define FN(word, bit, need, name)	{ word, bit, need, name }

const struct feature features[] = {
	F(W_1_ECX, 0, "pni"),
	F(W_1_ECX, 1, "pclmulqdq"),
	F(W_1_ECX, 9, "ssse3"),
	FN(W_1_ECX, 12, NEED_AVX, "fma"),
	F(W_1_ECX, 13, "cx16"),
	FN(W_1_ECX, 17, CPUID_INVPCID, "pcid"),
	F(W_1_ECX, 19, "sse4_1"),
	F(W_1_ECX, 20, "sse4_2"),
	FN(W_1_ECX, 21, EMULATED, "x2apic"),
	F(W_1_ECX, 22, "movbe"),
	F(W_1_ECX, 23, "popcnt"),
	FN(W_1_ECX, 24, EMULATED, "tsc_deadline_timer"),
	F(W_1_ECX, 25, "aes"),
	FN(W_1_ECX, 26, NEED_XSAVE, "xsave"),
	FN(W_1_ECX, 28, NEED_AVX, "avx"),
	FN(W_1_ECX, 29, NEED_AVX, "f16c"),
	F(W_1_ECX, 30, "rdrand"),
	FN(W_1_ECX, 31, EMULATED, "hypervisor"),

	F(W_1_EDX, 0, "fpu"),
	F(W_1_EDX, 1, "vme"),
	F(W_1_EDX, 2, "de"),
	F(W_1_EDX, 3, "pse"),
	F(W_1_EDX, 4, "tsc"),
	F(W_1_EDX, 5, "msr"),
	F(W_1_EDX, 6, "pae"),
	FN(W_1_EDX, 7, EMULATED, "mce"),	/* no banks: see msr.c */
	F(W_1_EDX, 8, "cx8"),
	FN(W_1_EDX, 9, EMULATED, "apic"),
	F(W_1_EDX, 11, "sep"),
	FN(W_1_EDX, 12, EMULATED, "mtrr"),	/* stored: see msr.c */
	F(W_1_EDX, 13, "pge"),
	FN(W_1_EDX, 14, EMULATED, "mca"),
	F(W_1_EDX, 15, "cmov"),
	F(W_1_EDX, 16, "pat"),
	F(W_1_EDX, 17, "pse36"),
	F(W_1_EDX, 19, "clflush"),
	F(W_1_EDX, 23, "mmx"),
	F(W_1_EDX, 24, "fxsr"),
	F(W_1_EDX, 25, "sse"),
	F(W_1_EDX, 26, "sse2"),
	F(W_1_EDX, 27, "ss"),
	FN(W_1_EDX, 28, EMULATED | MULTI_CPU, "ht"),

	F(W_7_EBX, 0, "fsgsbase"),
	FN(W_7_EBX, 1, EMULATED | CPUID_TSC_ADJUST, "tsc_adjust"),
	F(W_7_EBX, 3, "bmi1"),
	FN(W_7_EBX, 5, NEED_AVX, "avx2"),
	F(W_7_EBX, 6, "fdp_excptn_only"),
	F(W_7_EBX, 7, "smep"),
	F(W_7_EBX, 8, "bmi2"),
	F(W_7_EBX, 9, "erms"),
	FN(W_7_EBX, 10, CPUID_INVPCID, "invpcid"),
	F(W_7_EBX, 13, "zero_fcs_fds"),
	FN(W_7_EBX, 16, NEED_AVX512, "avx512f"),
	FN(W_7_EBX, 17, NEED_AVX512, "avx512dq"),
	F(W_7_EBX, 18, "rdseed"),
	F(W_7_EBX, 19, "adx"),
	F(W_7_EBX, 20, "smap"),
	FN(W_7_EBX, 21, NEED_AVX512, "avx512ifma"),
	F(W_7_EBX, 23, "clflushopt"),
	F(W_7_EBX, 24, "clwb"),
	FN(W_7_EBX, 26, NEED_AVX512, "avx512pf"),
	FN(W_7_EBX, 27, NEED_AVX512, "avx512er"),
	FN(W_7_EBX, 28, NEED_AVX512, "avx512cd"),
	F(W_7_EBX, 29, "sha_ni"),
	FN(W_7_EBX, 30, NEED_AVX512, "avx512bw"),
	FN(W_7_EBX, 31, NEED_AVX512, "avx512vl"),

	FN(W_7_ECX, 1, NEED_AVX512, "avx512vbmi"),
	F(W_7_ECX, 2, "umip"),
	FN(W_7_ECX, 3, NEED_PKRU, "pku"),
	FN(W_7_ECX, 6, NEED_AVX512, "avx512_vbmi2"),
	F(W_7_ECX, 8, "gfni"),
	FN(W_7_ECX, 9, NEED_AVX, "vaes"),
	FN(W_7_ECX, 10, NEED_AVX, "vpclmulqdq"),
	FN(W_7_ECX, 11, NEED_AVX512, "avx512_vnni"),
	FN(W_7_ECX, 12, NEED_AVX512, "avx512_bitalg"),
	FN(W_7_ECX, 14, NEED_AVX512, "avx512_vpopcntdq"),
	FN(W_7_ECX, 22, CPUID_RDTSCP, "rdpid"),
	F(W_7_ECX, 25, "cldemote"),
	F(W_7_ECX, 27, "movdiri"),
	F(W_7_ECX, 28, "movdir64b"),

	FN(W_7_EDX, 2, NEED_AVX512, "avx512_4vnniw"),
	FN(W_7_EDX, 3, NEED_AVX512, "avx512_4fmaps"),
	F(W_7_EDX, 4, "fsrm"),
	FN(W_7_EDX, 8, NEED_AVX512, "avx512_vp2intersect"),
	F(W_7_EDX, 10, "md_clear"),
	F(W_7_EDX, 14, "serialize"),
	FN(W_7_EDX, 23, NEED_AVX512, "avx512_fp16"),
	FN(W_7_EDX, 26, CPUID_SPEC_CTRL, "ibrs"),
	FN(W_7_EDX, 27, CPUID_SPEC_CTRL, "stibp"),
	FN(W_7_EDX, 28, CPUID_FLUSH_L1D, "flush_l1d"),
	FN(W_7_EDX, 29, CPUID_ARCH_CAP | NEED_INTEL, "arch_capabilities"),
	FN(W_7_EDX, 31, CPUID_SPEC_CTRL, "ssbd"),

	FN(W_7_1_EAX, 0, NEED_AVX, "sha512"),
	FN(W_7_1_EAX, 1, NEED_AVX, "sm3"),
	FN(W_7_1_EAX, 2, NEED_AVX, "sm4"),
	FN(W_7_1_EAX, 4, NEED_AVX, "avx_vnni"),
	FN(W_7_1_EAX, 5, NEED_AVX512, "avx512_bf16"),
	F(W_7_1_EAX, 10, "fzrm"),
	F(W_7_1_EAX, 11, "fsrs"),
	F(W_7_1_EAX, 12, "fsrc"),
	FN(W_7_1_EAX, 23, NEED_AVX, "avx_ifma"),
	FN(W_7_1_EDX, 4, NEED_AVX, "avx_vnni_int8"),
	FN(W_7_1_EDX, 5, NEED_AVX, "avx_ne_convert"),
	FN(W_7_1_EDX, 10, NEED_AVX, "avx_vnni_int16"),
	F(W_7_1_EDX, 14, "prefetchiti"),
	FN(W_7_2_EDX, 0, CPUID_SPEC_CTRL, "intel_psfd"),
	FN(W_7_2_EDX, 1, CPUID_SPEC_CTRL, "ipred_ctrl"),
	FN(W_7_2_EDX, 2, CPUID_SPEC_CTRL, "rrsba_ctrl"),
	FN(W_7_2_EDX, 3, CPUID_SPEC_CTRL, "ddpd_u"),
	FN(W_7_2_EDX, 4, CPUID_SPEC_CTRL, "bhi_ctrl"),
	F(W_7_2_EDX, 5, "mcdt_no"),

	FN(W_D_1_EAX, 0, NEED_XSAVE, "xsaveopt"),
	FN(W_D_1_EAX, 1, NEED_XSAVE, "xsavec"),
	FN(W_D_1_EAX, 2, NEED_XSAVE, "xgetbv1"),
	FN(W_D_1_EAX, 3, NEED_XSAVE | CPUID_XSAVES, "xsaves"),	/* of no supervisor state */

	F(W_E1_ECX, 0, "lahf_lm"),
	FN(W_E1_ECX, 1, EMULATED | MULTI_CPU | NEED_AMD, "cmp_legacy"),
	F(W_E1_ECX, 4, "cr8_legacy"),
	F(W_E1_ECX, 5, "abm"),
	F(W_E1_ECX, 6, "sse4a"),
	F(W_E1_ECX, 7, "misalignsse"),
	F(W_E1_ECX, 8, "3dnowprefetch"),
	FN(W_E1_ECX, 9, EMULATED | NEED_AMD, "osvw"),	/* see msr.c */
	FN(W_E1_ECX, 11, NEED_AVX, "xop"),
	FN(W_E1_ECX, 16, NEED_AVX, "fma4"),
	F(W_E1_ECX, 21, "tbm"),
	FN(W_E1_ECX, 22, NEED_AMD, "topoext"),

	F(W_E1_EDX, 11, "syscall"),
	F(W_E1_EDX, 20, "nx"),
	F(W_E1_EDX, 22, "mmxext"),
	F(W_E1_EDX, 25, "fxsr_opt"),
	F(W_E1_EDX, 26, "pdpe1gb"),
	FN(W_E1_EDX, 27, CPUID_RDTSCP, "rdtscp"),
	F(W_E1_EDX, 29, "lm"),
	F(W_E1_EDX, 30, "3dnowext"),
	F(W_E1_EDX, 31, "3dnow"),

	F(W_E7_EDX, 8, "constant_tsc nonstop_tsc"),

	F(W_E8_EBX, 0, "clzero"),
	F(W_E8_EBX, 2, "xsaveerptr"),
	F(W_E8_EBX, 9, "wbnoinvd"),
	FN(W_E8_EBX, 12, CPUID_SPEC_CTRL, "amd_ibpb"),
	FN(W_E8_EBX, 14, CPUID_SPEC_CTRL, "amd_ibrs"),
	FN(W_E8_EBX, 15, CPUID_SPEC_CTRL, "amd_stibp"),
	FN(W_E8_EBX, 16, CPUID_SPEC_CTRL, "ibrs_always_on"),
	FN(W_E8_EBX, 17, CPUID_SPEC_CTRL, "stibp_always_on"),
	FN(W_E8_EBX, 18, CPUID_SPEC_CTRL, "ibrs_preferred"),
	FN(W_E8_EBX, 19, CPUID_SPEC_CTRL, "ibrs_same_mode"),
	F(W_E8_EBX, 20, "no_efer_lmsle"),
	FN(W_E8_EBX, 24, CPUID_SPEC_CTRL, "amd_ssbd"),
	FN(W_E8_EBX, 25, EMULATED | NEED_AMD | CPUID_VIRT_SSBD, "virt_ssbd"),
	F(W_E8_EBX, 26, "amd_ssb_no"),
	FN(W_E8_EBX, 28, CPUID_SPEC_CTRL, "amd_psfd"),
	F(W_E8_EBX, 29, "btc_no"),
	F(W_E8_EBX, 30, "ibpb_ret"),

	F(W_E21_EAX, 0, "no_nested_data_bp"),
	F(W_E21_EAX, 2, "lfence_rdtsc"),
	F(W_E21_EAX, 5, "verw_clear"),
	F(W_E21_EAX, 6, "null_sel_clr_base"),
	F(W_E21_EAX, 9, "no_smm_ctl_msr"),
	F(W_E21_EAX, 10, "amd_fsrs"),
	F(W_E21_EAX, 11, "amd_fsrc"),
	FN(W_E21_EAX, 27, CPUID_SPEC_CTRL, "sbpb"),
	FN(W_E21_EAX, 28, CPUID_SPEC_CTRL, "ibpb_brtype"),
	F(W_E21_EAX, 29, "srso_no"),
	F(W_E21_EAX, 30, "srso_user_kernel_no"),
	F(W_E21_ECX, 1, "tsa_sq_no"),
	F(W_E21_ECX, 2, "tsa_l1_no"),
};

const unsigned int nr_features = ARRAY_SIZE(features);

void features_filter(u32 words[NR_WORDS], u32 have)
{
	u32 allowed[NR_WORDS] = { 0 }, forced[NR_WORDS] = { 0 };
	unsigned int i;

	for (i = 0; i < nr_features; i++) {
		const struct feature *f = &features[i];

		if (f->need & ~EMULATED & ~have)
			continue;
		allowed[f->word] |= BIT(f->bit);
		if (f->need & EMULATED)
			forced[f->word] |= BIT(f->bit);
	}
	for (i = 0; i < NR_WORDS; i++)
		words[i] = (words[i] & allowed[i]) | forced[i];
}

/* A bit of a control register or MSR that exists with a feature. */
struct implied {
	u8 word, bit, target;
};

static const struct implied cr4_bits[] = {
	{ W_1_EDX, 1, 0 },	/* VME */
	{ W_1_EDX, 1, 1 },	/* PVI */
	{ W_1_EDX, 4, 2 },	/* TSD */
	{ W_1_EDX, 2, 3 },	/* DE */
	{ W_1_EDX, 3, 4 },	/* PSE */
	{ W_1_EDX, 6, 5 },	/* PAE */
	{ W_1_EDX, 7, 6 },	/* MCE */
	{ W_1_EDX, 13, 7 },	/* PGE */
	{ W_1_EDX, 5, 8 },	/* PCE: with the MSR instructions; no counters behind it */
	{ W_1_EDX, 24, 9 },	/* OSFXSR */
	{ W_1_EDX, 25, 10 },	/* OSXMMEXCPT */
	{ W_7_ECX, 2, 11 },	/* UMIP */
	{ W_7_EBX, 0, 16 },	/* FSGSBASE */
	{ W_1_ECX, 17, 17 },	/* PCIDE */
	{ W_1_ECX, 26, 18 },	/* OSXSAVE */
	{ W_7_EBX, 7, 20 },	/* SMEP */
	{ W_7_EBX, 20, 21 },	/* SMAP */
	{ W_7_ECX, 3, 22 },	/* PKE */
};

static const struct implied efer_bits[] = {
	{ W_E1_EDX, 11, 0 },	/* SCE */
	{ W_E1_EDX, 29, 8 },	/* LME */
	{ W_E1_EDX, 29, 10 },	/* LMA */
	{ W_E1_EDX, 20, 11 },	/* NXE */
	{ W_E1_EDX, 25, 14 },	/* FFXSR */
};

static const struct implied spec_ctrl_bits[] = {
	{ W_7_EDX, 26, 0 }, { W_E8_EBX, 14, 0 },	/* IBRS */
	{ W_7_EDX, 27, 1 }, { W_E8_EBX, 15, 1 },	/* STIBP */
	{ W_7_EDX, 31, 2 }, { W_E8_EBX, 24, 2 },	/* SSBD */
	{ W_7_2_EDX, 1, 3 }, { W_7_2_EDX, 1, 4 },	/* IPRED_DIS_U, _S */
	{ W_7_2_EDX, 2, 5 }, { W_7_2_EDX, 2, 6 },	/* RRSBA_DIS_U, _S */
	{ W_7_2_EDX, 0, 7 }, { W_E8_EBX, 28, 7 },	/* PSFD */
	{ W_7_2_EDX, 3, 8 },				/* DDPD_U */
	{ W_7_2_EDX, 4, 10 },				/* BHI_DIS_S */
};

static const struct implied pred_cmd_bits[] = {
	{ W_7_EDX, 26, 0 }, { W_E8_EBX, 12, 0 },	/* IBPB */
	{ W_E21_EAX, 27, 7 },				/* SBPB */
};

static u64 implied(const u32 *words, const struct implied *p, unsigned int n)
{
	u64 mask = 0;

	for (; n; n--, p++)
		if (words[p->word] & BIT(p->bit))
			mask |= BIT_ULL(p->target);
	return mask;
}

void features_masks(struct cpuid_table *t, const u32 words[NR_WORDS])
{
	t->cr4 = implied(words, cr4_bits, ARRAY_SIZE(cr4_bits));
	t->efer = implied(words, efer_bits, ARRAY_SIZE(efer_bits));
	t->spec_ctrl = implied(words, spec_ctrl_bits, ARRAY_SIZE(spec_ctrl_bits));
	t->pred_cmd = implied(words, pred_cmd_bits, ARRAY_SIZE(pred_cmd_bits));
}
