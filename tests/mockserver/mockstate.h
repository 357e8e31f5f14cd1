/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockstate.h: what all connections of one server share
 *
 * Everything is safe to call from any thread.
 */
#pragma once

#include "mockserver.h"
#include "mockfault.h"
#include "mockpicture.h"

typedef struct _MockState MockState;

/* A picture behind an address. Immutable but for the fields marked. */
typedef struct
{
  char *name; /* the last part of its path */
  GBytes *bytes;
  char *etag;     /* quoted; NULL: none */
  char *modified; /* HTTP date */
  char *faults;   /* of its downloads, from the prompt; or NULL */
  gint n_gets;    /* atomic */
} MockGif;

/* What stopped a wait. */
typedef enum
{
  MOCK_WAKE_TIME,    /* the time is up */
  MOCK_WAKE_RELEASE, /* mock_server_release() */
  MOCK_WAKE_GONE,    /* the client left, or there is no way to wait for it */
  MOCK_WAKE_STOP,    /* the server ends */
} MockWake;

/* Copies @options, sizes filled in. */
MockState *mock_state_new (const MockOptions *options);
MockState *mock_state_ref (MockState *state);
void mock_state_unref (MockState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockState, mock_state_unref)

/* The options in force; owned by @state, never changed. */
const MockOptions *mock_state_get_options (MockState *state);

/* "http://127.0.0.1:PORT", set once before the first connection. */
const char *mock_state_get_url (MockState *state);
void mock_state_take_url (MockState *state, char *url);

/* The faults to come; owned by @state. */
MockFaultBook *mock_state_get_faults (MockState *state);

/* Cancelled when the server ends. Owned by @state. */
GCancellable *mock_state_get_stop (MockState *state);

void mock_state_count (MockState *state, MockEvent event);
guint mock_state_get_count (MockState *state, MockEvent event);
gboolean mock_state_wait_for (
    MockState *state, MockEvent event, guint n, guint timeout_ms);

/* One thread more or less serves a connection; the second waits for none. */
void mock_state_begin_connection (MockState *state);
void mock_state_end_connection (MockState *state);
void mock_state_wait_until_idle (MockState *state);
guint mock_state_get_n_open (MockState *state);

/* Keeps request line and headers, and @body or NULL. */
void mock_state_record (
    MockState *state, MockStage stage, const char *head, GBytes *body);
char *mock_state_dup_head (MockState *state, MockStage stage, int index);
GBytes *mock_state_ref_body (MockState *state, int index);

/* Makes the picture of @recipe, or takes the one of mock_server_set_gif(), and
 * keeps it. Transfer full; NULL when giflib fails. */
MockGif *mock_state_generate (
    MockState *state, const MockRecipe *recipe, const char *faults);
MockGif *mock_state_find_gif (MockState *state, const char *name);
GBytes *mock_state_ref_gif (MockState *state, int index);
void mock_state_set_gif (MockState *state, GBytes *gif);
void mock_gif_unref (MockGif *gif);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockGif, mock_gif_unref)

/* Where replies of @stage hold; MOCK_AT_NONE: nowhere. */
gint64 mock_state_get_hold (MockState *state, MockStage stage);
void mock_state_hold (MockState *state, MockStage stage, gint64 after);
void mock_state_release (MockState *state);

/* Cancelled by the next release. A request takes it before anything is decided
 * about its reply, so that no release is missed. Transfer full. */
GCancellable *mock_state_ref_gate (MockState *state);

/* Blocks for @timeout_ms (-1: for ever), but ends early when the other side
 * closes @socket, the server ends or @gate (or NULL) is cancelled. Counts
 * MOCK_EVENT_HELD when there is a @gate. */
MockWake mock_state_sleep (
    MockState *state, GSocket *socket, GCancellable *gate, gint64 timeout_ms);
