// SPDX-License-Identifier: GPL-2.0-only
/*
 * paging.c - the guest's own page tables
 *
 * 64-bit guests split the identity map's large pages on demand. 32-bit guests, which begin
 * without paging, get two levels with 4 MiB identity pages, split likewise.
 */
#include "guest.h"

#define POOL_PAGES	32

static u8 pool[POOL_PAGES][4096] __attribute__((aligned(4096)));
static u32 pool_used;

static void *table_page(void)
{
	if (pool_used == POOL_PAGES) {
		check(false, "page-table-pool", "is empty");
		finish();
	}
	return pool[pool_used++];
}

#ifdef __x86_64__
extern u64 page_pd[];

u64 *page_entry(ulong va)
{
	u64 *pd = &page_pd[va >> 21], *table;
	u32 i;

	if (*pd & PTE_PS) {
		table = table_page();
		for (i = 0; i < 512; i++)
			table[i] = ((*pd & ~(u64)0x1fffff) + i * 4096) | PTE_TABLE;
		*pd = (ulong)table | PTE_TABLE;
		WRITE_CR(3, READ_CR(3));
	}
	table = (u64 *)(ulong)(*pd & ~(u64)0xfff);
	return &table[va >> 12 & 511];
}

void paging_enable(void)
{
}

void paging_join(void)
{
}

void map_page(ulong va, u64 pa, u32 flags)
{
	*(volatile u64 *)page_entry(va) = pa | flags;
	invlpg(va);
}

void unmap_page(ulong va)
{
	*(volatile u64 *)page_entry(va) = 0;
	invlpg(va);
}
#else
static u32 directory[1024] __attribute__((aligned(4096)));

void paging_enable(void)
{
	u32 i;

	for (i = 0; i < 1024; i++)
		directory[i] = i << 22 | PTE_LARGE;
	paging_join();
}

void paging_join(void)
{
	WRITE_CR(4, READ_CR(4) | CR4_PSE);
	WRITE_CR(3, directory);
	WRITE_CR(0, READ_CR(0) | CR0_PG);
}

static volatile u32 *entry_of(ulong va)
{
	u32 *pde = &directory[va >> 22], *table;
	u32 i;

	if (*pde & PTE_PS) {
		table = table_page();
		for (i = 0; i < 1024; i++)
			table[i] = ((*pde & 0xffc00000) + i * 4096) | PTE_TABLE;
		*pde = (ulong)table | PTE_TABLE;
		WRITE_CR(3, READ_CR(3));
	}
	table = (u32 *)(*pde & ~0xfffu);
	return &table[va >> 12 & 1023];
}

void map_page(ulong va, u64 pa, u32 flags)
{
	*entry_of(va) = (u32)pa | flags;
	invlpg(va);
}

void unmap_page(ulong va)
{
	*entry_of(va) = 0;
	invlpg(va);
}
#endif
