/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockserver.h"

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* What no test of an application may take, in milliseconds. */
#define EXAMPLE_DEADLINE_MS 30000

/* The key that is in the environment (VISIONCRAFT_TOKEN). */
#define EXAMPLE_TOKEN "an-example-key"

/* gst_init(), our elements linked in, and each named file of GStreamer's
 * plugin directory ("libgstapp.so"); ends the program where one is missing. */
void example_init_elements (
    int *argc, char ***argv, const char *const *plugin_files);

/* Makes @directory with links to each named file of GStreamer's plugin
 * directory: for programs that are tested with a registry, which is then made
 * at once. */
void example_link_plugins (
    const char *directory, const char *const *plugin_files);

/* A mock server. NULL options: the defaults. Ends the program where it does
 * not start. Transfer full. */
MockServer *example_serve (const MockOptions *options);

/* A launcher whose processes end when this one does, however it does: what is
 * left behind would keep the test's output open. Transfer full. */
GSubprocessLauncher *example_make_launcher (GSubprocessFlags flags);

/* Runs the default main context until @test (@data) is TRUE. Aborts with
 * @what where that takes longer than EXAMPLE_DEADLINE_MS. */
typedef gboolean (*ExamplePredicate) (gpointer data);
void example_wait_until (
    ExamplePredicate test, gpointer data, const char *what);

/* A directory that is to be removed with example_remove(). Transfer full. */
char *example_make_directory (void);
void example_remove (const char *directory);

/* What there is in the MP4 file at @path. Aborts where it is none. */
typedef struct
{
  GstClockTime duration;
  guint n_pictures;
  int width, height;
} ExampleMovie;
void example_read_mp4 (const char *path, ExampleMovie *ret_movie);

/* A GIF as large and as slow as told, frame @n in colors[n] (0xRRGGBB) all
 * over. Transfer full. */
GBytes *example_make_gif (guint width, guint height, guint delay_cs,
    const guint32 *colors, guint n_colors);

G_END_DECLS
