/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Why there is no file: the numbers are the program's exit statuses, those of
 * BSD's sysexits.h. An error's message is a sentence for people that says what
 * to do. */
typedef enum
{
  FAILURE_USAGE = 64,       /* the command line */
  FAILURE_REFUSED = 65,     /* the service refused a parameter */
  FAILURE_INPUT = 66,       /* the file to convert cannot be read */
  FAILURE_UNAVAILABLE = 69, /* the service failed, or a GStreamer plugin */
  FAILURE_OUTPUT = 74,      /* the file cannot be written */
  FAILURE_LATER = 75,       /* busy, rate limit, too slow */
  FAILURE_KEY = 77,         /* no API key, or one that is not let in */
} Failure;

#define FAILURE (failure_quark ())
GQuark failure_quark (void);

/* The error that @message, an error message of a pipeline of which @source is
 * the visioncraftgifsrc, means for the user. The caller owns it. */
GError *failure_from_message (GstMessage *message, GstElement *source);

/* @text as one line without control characters, for any terminal. The caller owns it. */
char *failure_printable (const char *text);

G_END_DECLS
