/* SPDX-License-Identifier: GPL-2.0-only */
/* In userspace a page's "physical" address is its own. */
#ifndef _SHIM_ASM_PAGE_H
#define _SHIM_ASM_PAGE_H

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define __va(phys) ((void *)(unsigned long)(phys))
#define __pa(virt) ((unsigned long)(virt))

#endif
