/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockstate.c: counters, memories and holds, under one lock
 */
#include "mockstate.h"
#include "mockgif.h"
#include "mockhttp.h"
#include "mockstore.h"

#include <string.h>

struct _MockState
{
  gatomicrefcount refs;

  /* Set before the first connection. */
  MockOptions options;
  guint16 *delays_cs;
  char *token, *fault, *url;
  GCancellable *stop;
  MockFaultBook *faults;

  GMutex lock;
  GCond changed;

  /* All below: lock. */
  guint counts[MOCK_N_EVENTS];
  guint n_open;
  MockStore *store;
  GBytes *fixed_gif;
  gint64 hold_at[MOCK_N_STAGES];
  GCancellable *gate; /* cancelled by release, then replaced */
};

static void
fill_in_options (MockState *state, const MockOptions *options)
{
  MockOptions *own = &state->options;

  if (options != NULL)
    *own = *options;
  own->width = own->width != 0 ? own->width : 512;
  own->height = own->height != 0 ? own->height : 512;
  own->n_frames = own->n_frames != 0 ? own->n_frames : 16;
  own->token = state->token = g_strdup (own->token);
  own->fault = state->fault = g_strdup (own->fault);
  state->delays_cs = g_new (guint16, own->n_frames);
  own->n_delays = own->n_delays != 0 ? own->n_delays : own->n_frames;
  for (guint i = 0; i < own->n_frames; i++) {
    if (own->delays_cs != NULL)
      state->delays_cs[i] = own->delays_cs[i % own->n_delays];
    else
      state->delays_cs[i] = own->delay_cs != 0 ? own->delay_cs : 12 + i % 2;
  }
  own->delays_cs = state->delays_cs;
  if (own->certificate != NULL)
    g_object_ref (own->certificate);
}

MockState *
mock_state_new (const MockOptions *options)
{
  MockState *state = g_new0 (MockState, 1);

  g_atomic_ref_count_init (&state->refs);
  fill_in_options (state, options);
  state->stop = g_cancellable_new ();
  state->faults = mock_fault_book_new (state->fault);
  state->gate = g_cancellable_new ();
  state->store = mock_store_new ();
  g_mutex_init (&state->lock);
  g_cond_init (&state->changed);
  for (guint i = 0; i < MOCK_N_STAGES; i++)
    state->hold_at[i] = MOCK_AT_NONE;
  return state;
}

MockState *
mock_state_ref (MockState *state)
{
  g_atomic_ref_count_inc (&state->refs);
  return state;
}

void
mock_state_unref (MockState *state)
{
  if (!g_atomic_ref_count_dec (&state->refs))
    return;
  mock_store_free (state->store);
  g_clear_pointer (&state->fixed_gif, g_bytes_unref);
  g_clear_object (&state->options.certificate);
  g_object_unref (state->gate);
  g_object_unref (state->stop);
  mock_fault_book_free (state->faults);
  g_free (state->delays_cs);
  g_free (state->token);
  g_free (state->fault);
  g_free (state->url);
  g_mutex_clear (&state->lock);
  g_cond_clear (&state->changed);
  g_free (state);
}

const MockOptions *
mock_state_get_options (MockState *state)
{
  return &state->options;
}

const char *
mock_state_get_url (MockState *state)
{
  return state->url;
}

void
mock_state_take_url (MockState *state, char *url)
{
  state->url = url;
}

MockFaultBook *
mock_state_get_faults (MockState *state)
{
  return state->faults;
}

GCancellable *
mock_state_get_stop (MockState *state)
{
  return state->stop;
}

void
mock_state_count (MockState *state, MockEvent event)
{
  g_mutex_lock (&state->lock);
  state->counts[event]++;
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);
}

guint
mock_state_get_count (MockState *state, MockEvent event)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  return state->counts[event];
}

gboolean
mock_state_wait_for (
    MockState *state, MockEvent event, guint n, guint timeout_ms)
{
  gint64 deadline = g_get_monotonic_time () + timeout_ms * (gint64) 1000;
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  while (state->counts[event] < n)
    if (!g_cond_wait_until (&state->changed, &state->lock, deadline))
      return state->counts[event] >= n;
  return TRUE;
}

void
mock_state_begin_connection (MockState *state)
{
  g_mutex_lock (&state->lock);
  state->n_open++;
  state->counts[MOCK_EVENT_CONNECTION]++;
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);
}

void
mock_state_end_connection (MockState *state)
{
  g_mutex_lock (&state->lock);
  state->n_open--;
  state->counts[MOCK_EVENT_CLOSED]++;
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);
}

void
mock_state_wait_until_idle (MockState *state)
{
  g_mutex_lock (&state->lock);
  while (state->n_open > 0)
    g_cond_wait (&state->changed, &state->lock);
  g_mutex_unlock (&state->lock);
}

guint
mock_state_get_n_open (MockState *state)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  return state->n_open;
}

void
mock_state_record (
    MockState *state, MockStage stage, const char *head, GBytes *body)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  mock_store_record (state->store, stage, head, body);
}

char *
mock_state_dup_head (MockState *state, MockStage stage, int index)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  return g_strdup (mock_store_get_head (state->store, stage, index));
}

GBytes *
mock_state_ref_body (MockState *state, int index)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);
  GBytes *body = mock_store_get_body (state->store, index);

  return body != NULL ? g_bytes_ref (body) : NULL;
}

MockGif *
mock_state_generate (
    MockState *state, const MockRecipe *recipe, const char *faults)
{
  GBytes *bytes;
  MockGif *gif;

  g_mutex_lock (&state->lock);
  bytes = state->fixed_gif != NULL ? g_bytes_ref (state->fixed_gif) : NULL;
  g_mutex_unlock (&state->lock);
  if (bytes == NULL)
    bytes = mock_gif_new (recipe, state->delays_cs);
  if (bytes == NULL)
    return NULL;

  gif = mock_gif_create (bytes, !state->options.without_etag, faults);
  g_mutex_lock (&state->lock);
  mock_store_keep_gif (state->store, gif);
  state->counts[MOCK_EVENT_GENERATED]++;
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);
  return gif;
}

MockGif *
mock_state_find_gif (MockState *state, const char *name)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);
  MockGif *gif = mock_store_find_gif (state->store, name);

  return gif != NULL ? g_atomic_rc_box_acquire (gif) : NULL;
}

GBytes *
mock_state_ref_gif (MockState *state, int index)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);
  MockGif *gif = mock_store_get_gif (state->store, index);

  return gif != NULL ? g_bytes_ref (gif->bytes) : NULL;
}

void
mock_state_set_gif (MockState *state, GBytes *gif)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  g_clear_pointer (&state->fixed_gif, g_bytes_unref);
  state->fixed_gif = gif != NULL ? g_bytes_ref (gif) : NULL;
}

gint64
mock_state_get_hold (MockState *state, MockStage stage)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  return state->hold_at[stage];
}

void
mock_state_hold (MockState *state, MockStage stage, gint64 after)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  state->hold_at[stage] = after;
}

void
mock_state_release (MockState *state)
{
  g_autoptr (GCancellable) open_gate = NULL;

  g_mutex_lock (&state->lock);
  for (guint i = 0; i < MOCK_N_STAGES; i++)
    state->hold_at[i] = MOCK_AT_NONE;
  open_gate = state->gate;
  state->gate = g_cancellable_new ();
  g_mutex_unlock (&state->lock);
  g_cancellable_cancel (open_gate);
}

/* A client that waits for its reply sends nothing: bytes are TLS's goodbye. */
static gboolean
peer_has_closed (GSocket *socket)
{
  return g_socket_condition_check (socket, G_IO_IN | G_IO_HUP | G_IO_ERR) != 0;
}

static gint64
ms_until (gint64 deadline)
{
  return MAX (0, deadline - g_get_monotonic_time () + 999) / 1000;
}

GCancellable *
mock_state_ref_gate (MockState *state)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&state->lock);

  return g_object_ref (state->gate);
}

MockWake
mock_state_sleep (
    MockState *state, GSocket *socket, GCancellable *gate, gint64 timeout_ms)
{
  gint64 deadline = g_get_monotonic_time () + timeout_ms * 1000;
  GPollFD fds[3] = {
    { .fd = g_socket_get_fd (socket), .events = G_IO_IN | G_IO_HUP },
  };
  guint n_fds = gate != NULL ? 3 : 2;
  MockWake wake = MOCK_WAKE_TIME;

  if (gate != NULL)
    mock_state_count (state, MOCK_EVENT_HELD);
  if (!g_cancellable_make_pollfd (state->stop, &fds[1]))
    return MOCK_WAKE_GONE;
  if (gate != NULL && !g_cancellable_make_pollfd (gate, &fds[2])) {
    g_cancellable_release_fd (state->stop);
    return MOCK_WAKE_GONE;
  }
  for (;;) {
    gint64 left = timeout_ms < 0 ? -1 : ms_until (deadline);

    g_poll (fds, n_fds, (int) MIN (left, G_MAXINT));
    if (g_cancellable_is_cancelled (state->stop))
      wake = MOCK_WAKE_STOP;
    else if (peer_has_closed (socket))
      wake = MOCK_WAKE_GONE;
    else if (g_cancellable_is_cancelled (gate))
      wake = MOCK_WAKE_RELEASE;
    else if (timeout_ms < 0 || ms_until (deadline) > 0)
      continue;
    break;
  }
  g_cancellable_release_fd (state->stop);
  g_cancellable_release_fd (gate);
  return wake;
}
