// SPDX-License-Identifier: GPL-2.0-only
/*
 * rng.c - virtio entropy device: random numbers for the guest (virtio 1.2 §5.4)
 *
 * The host's generator never blocks and has no end, so what a guest asks for costs CPU time
 * and nothing else: that of one worker, which is a task like others. How much one chain gets
 * is bounded, so that this worker always comes by when the device is to stop.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/virtio_ids.h>
#include "../../vm/vcpu.h"
#include "devices.h"

#define RNG_CHAIN_BYTES	(64u * 1024)	/* it may be less than there is room for (§5.4.6) */
#define RNG_QUEUE_SIZE	64

/**
 * struct rng - the device
 * @vio:	to the rest of the module
 * @chain:	being filled; the worker's
 * @bytes:	on their way to the guest; the worker's
 */
struct rng {
	struct vio vio;
	struct ring_chain chain;
	u8 bytes[512];
};

static struct rng *to_rng(struct vio *vio)
{
	return container_of(vio, struct rng, vio);
}

/* Return: bytes that the chain has got, or a negative errno. */
static s32 fill(struct rng *rng)
{
	u32 len = min(rng->chain.write_len, RNG_CHAIN_BYTES), done, n;
	int err;

	for (done = 0; done < len; done += n) {
		n = min_t(u32, len - done, sizeof(rng->bytes));
		get_random_bytes(rng->bytes, n);
		err = vio_put(&rng->vio, &rng->chain, done, rng->bytes, n);
		if (err)
			return err;
	}
	/* They are the guest's secrets from now on. */
	memzero_explicit(rng->bytes, sizeof(rng->bytes));
	return done;
}

static void rng_run(struct vio_queue *q)
{
	struct rng *rng = to_rng(q->vio);
	s32 written;

	do {
		vio_disable_kick(q);
		while (vio_pop(q, &rng->chain) > 0) {
			written = fill(rng);
			if (written < 0) {
				vio_break(q, "a buffer is not in RAM");
				return;
			}
			vio_push(q, rng->chain.id, written);
			cond_resched();
		}
	} while (vio_enable_kick(q));
}

static void rng_free(struct vio *vio)
{
	kfree(to_rng(vio));
}

static const struct vio_ops rng_ops = {
	.run = rng_run,
	.free = rng_free,
};

struct vio *virtio_rng_create(struct vm *vm)
{
	const struct vio_setup setup = {
		.ops = &rng_ops,
		.type = VIRTIO_ID_RNG,
		.nqueues = 1,
		.queue_size = RNG_QUEUE_SIZE,
	};
	struct rng *rng = kzalloc(sizeof(*rng), GFP_KERNEL_ACCOUNT);
	int err;

	if (!rng)
		return ERR_PTR(-ENOMEM);
	err = vio_create(&rng->vio, &vm->ram, &setup);
	if (err) {
		kfree(rng);
		return ERR_PTR(err);
	}
	return &rng->vio;
}
