/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - offsets in struct svm_world (svm.h), for entry.S
 */
#ifndef _INSULA_SVM_WORLD_H
#define _INSULA_SVM_WORLD_H

#define SVM_WORLD_VMCB_PA	0
#define SVM_WORLD_HOST_PA	8
#define SVM_WORLD_SPEC_CTRL	16
#define SVM_WORLD_HOST_SPEC_CTRL 20

#endif
