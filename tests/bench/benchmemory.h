/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "benchpeers.h"

G_BEGIN_DECLS

/* Prints by how many kB the peak memory of this process grows when @peer decodes
 * @file: for a process that has done nothing else. */
void bench_memory_report (const BenchPeer *peer, const BenchFile *file);

/* Runs @program, this one, to report on @peer and @input, whose file is @bytes.
 * Returns: kB. */
glong bench_memory_measure (const gchar *program, const gchar *peer,
    const gchar *input, const GByteArray *bytes);

G_END_DECLS
