/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockserver.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

G_BEGIN_DECLS

/* What the tests of visioncraftgifsrc share: a mock server, an element that
 * asks it, and claims about what comes out. Every wait has a deadline. */

#define TEST_TOKEN "sk-test-9f27c1"

/* Longest wait for anything that must happen. */
#define TEST_DEADLINE_MS 20000

/* A suite with one case. Registers our elements, and lets nothing of the
 * caller's environment in. */
Suite *source_suite_new (const char *name, TCase **ret_case);

/* A service that makes small GIFs of four pictures. */
MockServer *source_server_new (void);

/* Loads GStreamer's own plugins of these names (NULL-terminated), each from its
 * file: there is no registry. Ends the program where one is missing. */
void source_load_plugins (const char *const *names);

/* A visioncraftgifsrc in NULL that would ask @server (NULL: nobody) for
 * "a fox", in a harness with a bus of its own. */
GstHarness *source_harness_new (MockServer *server);

/* Ends it, and drops the messages left on its bus: they hold the element. */
void source_harness_free (GstHarness *h);

/* The next message of @types on the element's bus; fails the test where none
 * comes. Transfer full. */
GstMessage *source_harness_wait_message (GstHarness *h, GstMessageType types);

/* The next element message of this name. Transfer full. */
GstMessage *source_harness_wait_element_message (
    GstHarness *h, const char *name);

/* All bytes until EOS. Transfer full. */
GBytes *source_harness_pull_all (GstHarness *h);

/* Starts @h and waits until @server holds a POST. */
void source_harness_play_until_held (GstHarness *h, MockServer *server);

/* Starts @h and waits for EOS. */
void source_harness_run_to_eos (GstHarness *h);

void assert_bytes_equal (GBytes *a, GBytes *b);
void assert_n_posts (MockServer *server, guint n);

/* The element's error message (freed) has this domain and code. Returns the
 * text, which the caller owns. */
char *assert_error (GstHarness *h, GQuark domain, int code);

/* No (further) error on the bus. */
void assert_no_error (GstHarness *h);

/* Sets @pipeline to PLAYING and waits for EOS; fails the test on an error. */
void pipeline_run_to_eos (GstElement *pipeline);

G_END_DECLS
