/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>

G_BEGIN_DECLS

/* Tests of the built module in pipelines that read and write files. */

#define RUN_TIMEOUT (50 * GST_SECOND)

/* The module and the stock elements, one by one. */
void load_plugins (void);
void load_plugin (const char *folder, const char *name);

/* A folder of its own for a test. */
void set_up_directory (void);
void tear_down_directory (void);

/* Transfer full. */
char *path_of (const char *name);

void write_file (const char *name, GBytes *bytes);

/* gst-launch syntax, with DIR for the test's folder. Transfer full. */
GstElement *parse_line (const char *line);

/* Plays until EOS; an error or silence fails the test. */
void run_pipeline (GstElement *pipeline);
void run_line (const char *line);

/* The output of a program that must succeed. */
GBytes *run_program (const char *const *argv);

/* Duration and number of pictures of a file, as ffprobe sees them. */
void assert_media (const char *name, const char *duration, guint n_pictures);

G_END_DECLS
