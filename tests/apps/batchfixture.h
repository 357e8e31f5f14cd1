/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * batchfixture.h: visioncraft-batch beside a mock server
 */
#pragma once

#include "programfixture.h"

#include <gio/gunixinputstream.h>
#include <signal.h>

G_BEGIN_DECLS

/* "list.txt": "prompt 1" and so on. */
void batch_write_list (ProgramFixture *fixture, guint n);

/* Starts it with @words, as a shell reads them. */
GSubprocess *batch_start (ProgramFixture *fixture, const char *words);

/* Runs it: it ends with @status, and by then @n_posts have been made in all. */
void batch_run (
    ProgramFixture *fixture, int status, guint n_posts, const char *words);

/* A run that only counts; its output begins with @words. */
void batch_assert_check (
    ProgramFixture *fixture, const char *words, const char *expected);

/* The folder @name has @n whole GIFs, and no hidden file or folder. */
void batch_assert_gifs (ProgramFixture *fixture, const char *name, guint n);

G_END_DECLS
