/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fixture.h: what tests of programs and applications stand on
 *
 * A mock server, a directory, launchers and waits with an end. Each function
 * ends the test where it fails.
 */
#pragma once

#include "mockserver.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The key that is in the environment of programs (VISIONCRAFT_TOKEN). */
#define TEST_KEY "key-of-the-tests"

/* What nothing that a test waits for may take. */
#define FIXTURE_DEADLINE_MS 60000

/* NULL options: the defaults. Transfer full. */
MockServer *fixture_serve (const MockOptions *options);

/* A launcher whose processes have the key, and end when this one does, however
 * it does: what is left behind would keep the test's output open. @server NULL:
 * no service. Transfer full. */
GSubprocessLauncher *fixture_make_launcher (
    GSubprocessFlags flags, MockServer *server);

/* Runs the default main context until @predicate (@data) is TRUE; @what says
 * in the log what did not come. */
typedef gboolean (*FixturePredicate) (gpointer data);
void fixture_wait_until (
    FixturePredicate predicate, gpointer data, const char *what);

/* A directory that is to be removed with fixture_remove(). Transfer full. */
char *fixture_make_directory (void);
void fixture_remove (const char *directory);

/* Makes a folder in @directory of links to these plugins of GStreamer's
 * ("app"), NULL at the end. */
void fixture_link_plugins (const char *directory, const char *const *names);

/* Programs of @launcher see those plugins and what is in @module_directory
 * (NULL: as it is) instead of the machine's, with a registry of their own. It
 * is made in a moment and without the scanner, which cannot load modules built
 * with sanitizers. */
void fixture_use_plugins (GSubprocessLauncher *launcher, const char *directory,
    const char *module_directory);

/* Takes the comment that our programs put behind the colours (GIF89a §24) out
 * of @gif, whose @size shrinks, and returns its text, transfer full. */
char *fixture_cut_comment (char *gif, gsize *size);

G_END_DECLS
