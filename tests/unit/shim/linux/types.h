/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/types.h> for the module's pure parts compiled in userspace. */
#ifndef _SHIM_LINUX_TYPES_H
#define _SHIM_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include_next <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef unsigned int gfp_t;
typedef u64 phys_addr_t;

#define S64_MAX ((s64)(~0ULL >> 1))
#define S64_MIN (-S64_MAX - 1)
#define U64_MAX (~0ULL)
#define U32_MAX (~0U)
#define U16_MAX ((u16)~0U)
#define U8_MAX ((u8)~0U)

#define __force

#endif
