/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "benchpeers.h"

G_BEGIN_DECLS

/* Prints by how many kB the peak memory of this process grows when @peer decodes
 * @file, and how many page faults it takes: for a process that has done nothing
 * else. @copies: to a buffer, which does not count. */
void bench_memory_report (
    const BenchPeer *peer, const BenchFile *file, gboolean copies);

/* Runs @program, this one, to report on @peer and a file of @bytes. Returns:
 * kB. */
glong bench_memory_measure (
    const gchar *program, const gchar *peer, const GByteArray *bytes);

G_END_DECLS
