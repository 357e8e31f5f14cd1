/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Well-formed GIFs out of any bytes, so that a fuzzer's changes are seldom lost
 * on signatures and lengths. */
typedef struct
{
  const guint8 *data;
  gsize size;
} FuzzBytes;

/* The next byte; 0 when there are no more. */
static inline guint8
fuzz_take (FuzzBytes *bytes)
{
  if (bytes->size == 0)
    return 0;
  bytes->size--;
  return *bytes->data++;
}

static inline void
fuzz_append (GByteArray *file, guint8 byte)
{
  g_byte_array_append (file, &byte, 1);
}

static inline void
fuzz_append_u16 (GByteArray *file, guint value)
{
  fuzz_append (file, (guint8) value);
  fuzz_append (file, (guint8) (value >> 8));
}

/* A palette of @n colours that differ. */
static inline void
fuzz_append_palette (GByteArray *file, guint n, guint8 blue)
{
  guint i;

  for (i = 0; i < n; i++) {
    fuzz_append (file, (guint8) (i + 1));
    fuzz_append (file, (guint8) ~i);
    fuzz_append (file, blue);
  }
}

/* Takes sub-blocks: a length, then that many bytes. Appends them and their
 * end. */
static inline void
fuzz_append_sub_blocks (GByteArray *file, FuzzBytes *bytes, guint n)
{
  for (; n > 0 && bytes->size > 0; n--) {
    guint8 length = (guint8) MIN (fuzz_take (bytes), bytes->size);

    if (length == 0)
      break;
    fuzz_append (file, length);
    for (; length > 0; length--)
      fuzz_append (file, fuzz_take (bytes));
  }
  fuzz_append (file, 0);
}
