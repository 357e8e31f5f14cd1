/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * programfixture.h: a program beside a mock server, and how it ends
 */
#pragma once

#include "fixture.h"

G_BEGIN_DECLS

/* A mock server and an empty directory, where the program runs, and another
 * one where it finds the user's configuration and cache. */
typedef struct
{
  MockServer *server;
  char *directory, *home;
  GSubprocessLauncher *launcher; /* for what a test wants set otherwise */
} ProgramFixture;

/* How the program ended. */
typedef struct
{
  int status; /* its exit status, or the negative number of a signal */
  char *out, *err;
} Result;

/* A server with @options that asks for TEST_KEY, a directory, a launcher with
 * both streams as pipes: for tests that set up more than that. */
void program_serve (ProgramFixture *fixture, const MockOptions *options);

/* For GTest: small pictures, and the plugins that our programs need instead of
 * the machine's. */
void program_set_up (ProgramFixture *fixture, gconstpointer unused);
void program_tear_down (ProgramFixture *fixture, gconstpointer unused);

/* A test with this fixture. */
#define program_add(path, data, test) \
  g_test_add ( \
      path, ProgramFixture, data, program_set_up, test, program_tear_down)

/* One for each row of a table of @n: "@path/0"...; the data is its number. */
void program_add_each (const char *path, guint n,
    void (*test) (ProgramFixture *fixture, gconstpointer row));

/* Starts the program under test (TEST_PROGRAM in the environment) with @words,
 * NULL at the end. */
GSubprocess *program_start (ProgramFixture *fixture, const char *const *words);

/* The same with @command, words as for a shell. */
GSubprocess *program_start_command (
    ProgramFixture *fixture, const char *command);

/* Waits for its end. */
void program_finish (GSubprocess *process, Result *result);

/* Appends what comes from @fd, or a pipe of a process, to @seen until @text is
 * there. */
void program_read_until (int fd, GString *seen, const char *text);
void program_read_pipe_until (
    GInputStream *pipe, GString *seen, const char *text);

/* Both, with the words as arguments. */
void program_run (
    ProgramFixture *fixture, Result *result, ...) G_GNUC_NULL_TERMINATED;

void result_clear (Result *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

/* The program ended well, after one POST. */
void program_assert_success (ProgramFixture *fixture, const Result *result);

/* The program ended with @status, one line on stderr that holds @words, and
 * without leaving a file; @n_posts were made. */
void program_assert_failure (ProgramFixture *fixture, const Result *result,
    int status, const char *words, guint n_posts);

/* The directory holds these files, sorted, and nothing hidden. The list is
 * words between spaces. */
void program_assert_files (ProgramFixture *fixture, const char *expected);

/* What ffprobe tells of @name: "codec profile WxH frames seconds". */
char *program_probe (ProgramFixture *fixture, const char *name);

/* The frames of @name, at most so many, as RGBA. */
GBytes *program_frames (
    ProgramFixture *fixture, const char *name, const char *most);

/* The first one. */
GBytes *program_first_frame (ProgramFixture *fixture, const char *name);

char *program_path (ProgramFixture *fixture, const char *name);
char *program_read (ProgramFixture *fixture, const char *name, gsize *ret_size);
void program_write (
    ProgramFixture *fixture, const char *name, const char *text);
void program_remove (ProgramFixture *fixture, const char *name);

/* From now on the server gives this file of tests/data/gif. */
void program_serve_file (ProgramFixture *fixture, const char *name);

G_END_DECLS
