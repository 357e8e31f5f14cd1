/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

G_BEGIN_DECLS

/* A case of @suite, which owns it, whose tests know the decoder without a
 * registry. */
TCase *decoder_case_new (Suite *suite, const char *name);

/* A playing animgifdec with these properties between the harness's pads, which
 * have announced image/gif and take any video; its messages go to a bus of its
 * own. */
GstHarness *start_decoder (
    const char *first_property, ...) G_GNUC_NULL_TERMINATED;

/* Ends it and gives everything back. */
void stop_decoder (GstHarness *h);

/* Sends @bytes in buffers of @chunk bytes each, 0: in one. Returns the last
 * flow. */
GstFlowReturn push_bytes (GstHarness *h, GBytes *bytes, gsize chunk);

/* Bytes of @bytes from @offset on, @size of them. */
GstFlowReturn push_slice (
    GstHarness *h, GBytes *bytes, gsize offset, gsize size);

/* push_bytes() that must succeed, and EOS. */
void push_file (GstHarness *h, GBytes *bytes);

/* A STREAM_START (of group @group_id, if not 0), CAPS and a BYTES SEGMENT from
 * @offset on. */
void push_stream_start (
    GstHarness *h, const char *id, guint group_id, guint64 offset);

/* The next buffer must be there or come, with these times. Returns: (transfer
 * full). */
GstBuffer *pull_frame (GstHarness *h, GstClockTime pts, GstClockTime duration);

/* pull_frame() whose buffer is not wanted. */
void expect_frame (GstHarness *h, GstClockTime pts, GstClockTime duration);

/* The five frames of the uneven file, shown from @offset on. */
void expect_uneven (GstHarness *h, GstClockTime offset);

/* Next must come EOS, no frame before it, and the decoder must rest. */
void expect_eos (GstHarness *h);

/* Passes over events until one of @type. Returns: (transfer full). */
GstEvent *pull_event_of_type (GstHarness *h, GstEventType type);

/* The last segment that came. */
void get_segment (GstHarness *h, GstSegment *segment);

/* Message of @type from the element. Returns: (transfer full), fails the test
 * when none was posted in time. */
GstMessage *await_message (GstHarness *h, GstMessageType type);

/* Number of messages of @type posted so far and not taken yet; takes all
 * messages. */
guint count_messages (GstHarness *h, GstMessageType type);

/* An ERROR with this code must have been posted, and no other. */
void assert_one_error (GstHarness *h, GQuark domain, int code);

/* A seek as an application sends it. Times may be -1. */
gboolean seek (
    GstHarness *h, double rate, GstSeekFlags flags, gint64 start, gint64 stop);

/* Pixel of @buffer as 0xRRGGBBAA, whatever the negotiated layout (alpha 0xff in
 * those without). */
guint32 get_pixel (GstHarness *h, GstBuffer *buffer, guint x, guint y);

/* The whole picture as RGBA without gaps, @size bytes (out). Returns: (transfer
 * full). */
guint8 *get_picture (GstHarness *h, GstBuffer *buffer, gsize *size);

/* Holds frames up where downstream would, so that a test decides when each
 * arrives. Like a sink, it lets go when the pad is flushed. */
typedef struct _Gate Gate;

/* Closed at first. */
Gate *gate_new (GstHarness *h);

/* Lets @n more frames through; G_MAXUINT: all from now on. */
void gate_let (Gate *gate, guint n);

/* Waits until a frame stands before the closed gate. */
void gate_await_frame (Gate *gate);

/* Opens and frees it; stop_decoder() may follow. */
void gate_free (Gate *gate);

/* Everything that comes until the next EOS, as text: one line per buffer, with
 * times and checksum. */
char *describe_output (GstHarness *h);

#define MS(n) ((n) *GST_MSECOND)
#define assert_clocktime(a, b) fail_unless_equals_uint64 (a, b)

G_END_DECLS
