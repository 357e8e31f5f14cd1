/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockcert.h"
#include "sourceharness.h"

G_BEGIN_DECLS

/* One run of visioncraftgifsrc against a server that misbehaves, told as a row
 * of a table, and what must come of it. In every run all that leaves the
 * element (messages with their details, log lines of level 9, events, stats) is
 * searched for the token, and for what cannot be shown. */

/* How a run ends: with the GIF, or with this error. */
typedef enum
{
  NET_GIF,
  NET_RESOURCE,
  NET_STREAM,
} NetEnd;

#define GIF NET_GIF, 0
#define RESOURCE(code) NET_RESOURCE, GST_RESOURCE_ERROR_##code
#define STREAM(code) NET_STREAM, GST_STREAM_ERROR_##code

typedef struct
{
  const char *fault; /* of all requests of its stage, see mockserver.h; NULL */
  const char *settings; /* "property=value …", besides the defaults below */

  NetEnd end;
  int code;
  guint posts, gets; /* that the server saw */

  /* Only of errors. */
  const char *phase;
  guint status; /* http-status-code; 0: the detail is missing */
  guint
      attempts; /* 0: as many as the requests of that phase, see posts, gets */
  const char *words;        /* in the text; NULL: not looked at */
  const char *unsaid;       /* not in the text */
  const char *server_words; /* in server-message; NULL: not looked at */
  guint retry_after;        /* 0: the detail is missing */
  gboolean or_read; /* RESOURCE (READ) will do: newer libsoups see more */
} NetRow;

/* The settings of every run unless a row says otherwise: short waits, one
 * repeat. */
#define NET_SETTINGS "retries=1 retry-backoff-max=0.01"

/* A server of small pictures with the standing fault @fault (NULL: none). */
MockServer *net_server_new (const char *fault, GTlsCertificate *certificate);

/* One that a server can have; its failure is the test's. */
MockCert *net_cert_new (MockCertKind kind);

/* Sets properties as a row's settings do. */
void net_set (GstElement *element, const char *settings);

/* Runs @row against a server of its own, and holds it to its claims. */
void net_run_row (const NetRow *row);

/* The same with a server and settings of the caller's: @h is a harness in NULL,
 * is run and stopped. The row's fault and settings are not looked at. */
void net_run_harness (GstHarness *h, MockServer *server, const NetRow *row);

/* The last word of a run: an error, or a terminal progress message. */
GstMessage *net_wait_for_end (GstHarness *h);

/* Ends a harness whose bus may still hold messages: those hold the element. */
void net_harness_free (GstHarness *h);

/* Forgets what is on @h's bus. */
void net_drop_messages (GstHarness *h);

/* From here on everything that leaves @h is kept. */
typedef struct _NetWitness NetWitness;
NetWitness *net_witness_new (GstHarness *h);

/* Fails the test where @secret was seen, or a text that is not a line of plain
 * text: no control characters, no separators of lines, no turns of the direction
 * of writing, all of it UTF-8. Frees nothing. */
void net_witness_assert_unseen (NetWitness *witness, const char *secret);
void net_witness_free (NetWitness *witness);

G_END_DECLS
