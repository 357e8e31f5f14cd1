/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockserver.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define TEST_KEY "key-of-the-tests"

/* A mock server and an empty directory, where the program runs. */
typedef struct
{
  MockServer *server;
  char *directory;
  GSubprocessLauncher *launcher; /* for what a test wants set otherwise */
} Bench;

/* How the program ended. */
typedef struct
{
  int status; /* its exit status, or the negative number of a signal */
  char *out, *err;
} Result;

void bench_set_up (Bench *bench, gconstpointer unused);
void bench_tear_down (Bench *bench, gconstpointer unused);

/* Starts the program under test with @words, NULL at the end. */
GSubprocess *bench_start (Bench *bench, const char *const *words);

/* Waits for its end, at most a minute. */
void bench_finish (GSubprocess *process, Result *result);

/* Both, with the words as arguments. */
void bench_run (Bench *bench, Result *result, ...) G_GNUC_NULL_TERMINATED;

void result_clear (Result *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

/* The program ended well, after one POST. */
void bench_assert_success (Bench *bench, const Result *result);

/* The program ended with @status, one line on stderr that holds @words, and
 * without leaving a file; @n_posts were made. */
void bench_assert_failure (Bench *bench, const Result *result, int status,
    const char *words, guint n_posts);

/* The directory holds these files, sorted, and nothing hidden. The list is
 * words between spaces. */
void bench_assert_files (Bench *bench, const char *expected);

/* What ffprobe tells of @name: "codec profile WxH frames seconds". */
char *bench_probe (Bench *bench, const char *name);

/* The first frame of @name as RGBA. */
GBytes *bench_first_frame (Bench *bench, const char *name);

char *bench_path (Bench *bench, const char *name);
char *bench_read (Bench *bench, const char *name, gsize *ret_size);
void bench_write (Bench *bench, const char *name, const char *text);
void bench_remove (Bench *bench, const char *name);

/* From now on the server gives this file of tests/data/gif. */
void bench_serve_file (Bench *bench, const char *name);

G_END_DECLS
