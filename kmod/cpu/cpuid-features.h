/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpuid-features.h - the allow-list of CPU features
 */
#ifndef _INSULA_CPUID_FEATURES_H
#define _INSULA_CPUID_FEATURES_H

#include "cpuid.h"

/* A register of a leaf that is made of feature bits. */
enum feature_word {
	W_1_ECX, W_1_EDX, W_7_EBX, W_7_ECX, W_7_EDX, W_7_1_EAX, W_7_1_EDX, W_7_2_EDX,
	W_D_1_EAX, W_E1_ECX, W_E1_EDX, W_E7_EDX, W_E8_EBX, W_E21_EAX, W_E21_ECX, NR_WORDS
};

/* What a feature needs, beyond those of cpuid_config.extras which come first. */
#define NEED_EXTRAS	0xffffU
#define NEED_XSAVE	(1U << 16)
#define NEED_AVX	(1U << 17)	/* bit in XCR0 that the guest may set */
#define NEED_AVX512	(1U << 18)
#define NEED_PKRU	(1U << 19)
#define NEED_AMD	(1U << 20)
#define NEED_INTEL	(1U << 21)
#define MULTI_CPU	(1U << 22)	/* more than one vCPU */
#define EMULATED	(1U << 31)	/* shown whether the host has it or not */

/**
 * struct feature - a feature that may be shown to guests
 * @word:	enum feature_word
 * @bit:	in it
 * @need:	what it depends on
 * @name:	as in /proc/cpuinfo where it has a name there
 */
struct feature {
	u8 word, bit;
	u32 need;
	const char *name;
};

/** features - the allow-list: whatever is not in it is not shown */
extern const struct feature features[];
extern const unsigned int nr_features;

/**
 * features_filter() - the host's feature words, cut down
 * @words:	in: the host's; out: the guest's
 * @have:	NEED_* and extras that are met
 */
void features_filter(u32 words[NR_WORDS], u32 have);

/**
 * features_masks() - derive cr4, efer, spec_ctrl, pred_cmd of @t from @words
 */
void features_masks(struct cpuid_table *t, const u32 words[NR_WORDS]);

#endif
