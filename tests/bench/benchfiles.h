/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "benchpeers.h"

G_BEGIN_DECLS

/* Prints for each peer that is for files a line, fields apart by tabs: its
 * name, the least CPU time in microseconds that it took for @file in @n_rounds
 * in turns, and whether its pictures are ours: yes, no, or refused. Each peer
 * decodes to the same buffer and keeps between rounds what its library lets it
 * keep. @only_peer: NULL for all; one
 * is compared with none. */
void bench_files_measure (
    const BenchFile *file, guint n_rounds, const gchar *only_peer);

G_END_DECLS
