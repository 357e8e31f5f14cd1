/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer and replay.c call with each input. Returns: 0. Aborts when the
 * input shows a fault. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
