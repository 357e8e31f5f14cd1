/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What options may say, read from text: whole numbers, rates and sizes. Each
 * returns FALSE with a FAILURE_USAGE that names @option and what it wants. */

/* A whole number of @minimum to @maximum. */
gboolean number_read (const char *option, const char *text, int minimum,
    int maximum, int *ret_value, GError **error);

/* Frames per second: 25, 30000/1001, 12.5. What people write for NTSC's rates
 * (23.976, 29.97, 59.94) means those. */
gboolean number_read_rate (const char *option, const char *text, int *ret_n,
    int *ret_d, GError **error);

/* 512x288, 16 to 8192 each way. */
gboolean number_read_size (const char *option, const char *text, int *ret_width,
    int *ret_height, GError **error);

G_END_DECLS
