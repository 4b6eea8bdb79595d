/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/rbtree.h> for the module's pure parts compiled in userspace, over libbsd's tree. */
#ifndef _SHIM_LINUX_RBTREE_H
#define _SHIM_LINUX_RBTREE_H

#include <bsd/sys/tree.h>
#include <linux/kernel.h>

struct rb_node {
	RB_ENTRY(rb_node) entry;
};

RB_HEAD(rb_root, rb_node);

struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

/* libbsd's order belongs to the type of the tree, Linux's to the call. */
static __thread bool (*shim_rb_less)(struct rb_node *, const struct rb_node *);

/* Like Linux, an equal one goes behind those that are there. */
static inline int shim_rb_compare(struct rb_node *a, struct rb_node *b)
{
	return shim_rb_less(a, b) ? -1 : 1;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
RB_GENERATE_INTERNAL(rb_root, rb_node, entry, shim_rb_compare, static)
#pragma GCC diagnostic pop

/* Both headers have one of that name. */
#undef RB_ROOT
#define RB_ROOT ((struct rb_root) { NULL })
#define RB_ROOT_CACHED ((struct rb_root_cached) { { NULL }, NULL })
#define RB_EMPTY_ROOT(root) (!(root)->rbh_root)
#define RB_CLEAR_NODE(node) ((node)->entry.rbe_parent = (node))
#define RB_EMPTY_NODE(node) ((node)->entry.rbe_parent == (node))
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member) \
	({ typeof(ptr) _ptr = (ptr); _ptr ? rb_entry(_ptr, type, member) : NULL; })

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	return rb_root_RB_MINMAX((struct rb_root *)root, RB_NEGINF);
}

static inline struct rb_node *rb_last(const struct rb_root *root)
{
	return rb_root_RB_MINMAX((struct rb_root *)root, RB_INF);
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	return rb_root_RB_NEXT((struct rb_node *)node);
}

static inline struct rb_node *rb_prev(const struct rb_node *node)
{
	return rb_root_RB_PREV((struct rb_node *)node);
}

static inline void rb_add(struct rb_node *node, struct rb_root *root,
			  bool (*less)(struct rb_node *, const struct rb_node *))
{
	shim_rb_less = less;
	rb_root_RB_INSERT(root, node);
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	rb_root_RB_REMOVE(root, node);
}

static inline struct rb_node *rb_first_cached(const struct rb_root_cached *tree)
{
	return tree->rb_leftmost;
}

/* Return: @node if it has become the first, else NULL. */
static inline struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
					    bool (*less)(struct rb_node *, const struct rb_node *))
{
	bool first = !tree->rb_leftmost || less(node, tree->rb_leftmost);

	rb_add(node, &tree->rb_root, less);
	if (!first)
		return NULL;
	tree->rb_leftmost = node;
	return node;
}

/* Return: the new first one if @node was the first, else NULL. */
static inline struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *tree)
{
	struct rb_node *next = NULL;

	if (tree->rb_leftmost == node)
		next = tree->rb_leftmost = rb_next(node);
	rb_erase(node, &tree->rb_root);
	return next;
}

#endif
