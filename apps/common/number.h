/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What options may say: whole numbers, rates, sizes, and texts. Each returns
 * FALSE with a FAILURE_USAGE that names @option and what it wants. */

/* A whole number of @minimum to @maximum. */
gboolean number_read (const char *option, const char *text, int minimum,
    int maximum, int *ret_value, GError **error);

/* An int of @options, as GOption has read it. */
typedef struct
{
  const char *option;
  gsize offset; /* in @options */
  int minimum, maximum;
} NumberRange;

gboolean number_check (const void *options, const NumberRange *ranges,
    guint n_ranges, GError **error);

/* What comes out of an empty variable of the shell's is no wish for a default,
 * least of all for another service. NULL: it was not said. */
gboolean option_check_text (
    const char *option, const char *text, GError **error);

/* Frames per second: 25, 30000/1001, 12.5. What people write for NTSC's rates
 * (23.976, 29.97, 59.94) means those. */
gboolean number_read_rate (const char *option, const char *text, int *ret_n,
    int *ret_d, GError **error);

/* 512x288, 16 to 8192 each way. */
gboolean number_read_size (const char *option, const char *text, int *ret_width,
    int *ret_height, GError **error);

G_END_DECLS
