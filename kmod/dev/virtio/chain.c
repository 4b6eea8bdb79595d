// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain.c - copying to and from the guest memory that a chain of descriptors names
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include "device.h"

enum op { COPY_FROM, COPY_TO, BRING_IN };

static int do_piece(const struct vio *vio, enum op op, u64 gpa, void *buf, u32 n)
{
	switch (op) {
	case COPY_FROM:
		return ram_read(vio->ram, gpa, buf, n);
	case COPY_TO:
		return ram_write(vio->ram, gpa, buf, n);
	default:
		return ram_bring_in(vio->ram, gpa, n);
	}
}

/* @op for each piece of bytes @offset to @offset + @len of @n segments. */
static int for_pieces(const struct vio *vio, enum op op, const struct ring_seg *seg, u32 n,
		      u32 offset, void *buf, u32 len)
{
	u32 bytes;
	int err;

	for (; n && len; n--, seg++) {
		if (offset >= seg->len) {
			offset -= seg->len;
			continue;
		}
		bytes = min(len, seg->len - offset);
		err = do_piece(vio, op, seg->gpa + offset, buf, bytes);
		if (err)
			return err;
		buf += op == BRING_IN ? 0 : bytes;
		len -= bytes;
		offset = 0;
	}
	return len ? -EINVAL : 0;
}

int vio_copy_from(const struct vio *vio, const struct ring_chain *chain, u32 offset, void *buf,
		  u32 len)
{
	return for_pieces(vio, COPY_FROM, chain->seg, chain->nread, offset, buf, len);
}

int vio_copy_to(const struct vio *vio, const struct ring_chain *chain, u32 offset,
		const void *buf, u32 len)
{
	return for_pieces(vio, COPY_TO, chain->seg + chain->nread, chain->nwrite, offset,
			  (void *)buf, len);
}

int vio_bring_in_chain(const struct vio *vio, const struct ring_chain *chain, enum vio_side side,
		       u32 offset, u32 len)
{
	const struct ring_seg *seg = side == VIO_READ ? chain->seg : chain->seg + chain->nread;

	return for_pieces(vio, BRING_IN, seg, side == VIO_READ ? chain->nread : chain->nwrite,
			  offset, NULL, len);
}

int vio_get(const struct vio *vio, const struct ring_chain *chain, u32 offset, void *buf, u32 len)
{
	int err;

	while ((err = vio_copy_from(vio, chain, offset, buf, len)) == -EAGAIN) {
		err = vio_bring_in_chain(vio, chain, VIO_READ, offset, len);
		if (err)
			break;
	}
	return err;
}

int vio_put(const struct vio *vio, const struct ring_chain *chain, u32 offset, const void *buf,
	    u32 len)
{
	int err;

	while ((err = vio_copy_to(vio, chain, offset, buf, len)) == -EAGAIN) {
		err = vio_bring_in_chain(vio, chain, VIO_WRITE, offset, len);
		if (err)
			break;
	}
	return err;
}
