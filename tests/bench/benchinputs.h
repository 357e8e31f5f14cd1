/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A GIF that the benchmark makes itself, the same on every machine. */
typedef struct
{
  const gchar *name;
  const gchar *description;
  guint width, height;
  guint n_frames;
} BenchInput;

/* Returns: (transfer none): input @n, NULL behind the last one. */
const BenchInput *bench_input_get (guint n);

/* Returns: (transfer full): the file, encoded by giflib. */
GByteArray *bench_input_make (const BenchInput *input);

G_END_DECLS
