/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mockserver.h"
#include "vchttp.h"

#include <string.h>

#define DEADLINE_MS 20000

/* One exchange of this thread, told what has come. */
typedef struct
{
  VcHttp *http;
  guint8 space[4096];
  gboolean soon; /* given up in the turn of the loop that follows */
  gboolean is_met, is_over;
  GError *error;
} Exchange;

static void
on_head (SoupMessage *message, gpointer data)
{
}

static guint8 *
on_space (gsize *ret_size, gpointer data)
{
  Exchange *exchange = data;

  *ret_size = sizeof exchange->space;
  return exchange->space;
}

static gboolean
on_body (gsize size, gpointer data)
{
  return TRUE;
}

static void
on_pause (gpointer data)
{
}

static void
on_done (const GError *error, gboolean again, gpointer data)
{
  Exchange *exchange = data;

  exchange->is_over = TRUE;
  exchange->error = error != NULL ? g_error_copy (error) : NULL;
}

static const VcHttpCallbacks callbacks = {
  .head = on_head,
  .space = on_space,
  .body = on_body,
  .pause = on_pause,
  .done = on_done,
};

static void
abandon (Exchange *exchange)
{
  vc_http_abandon (exchange->http);
  exchange->http = NULL;
  exchange->is_over = TRUE;
}

static gboolean
on_soon (gpointer data)
{
  Exchange *exchange = data;

  if (exchange->http != NULL)
    abandon (exchange);
  return G_SOURCE_REMOVE;
}

static void
on_moment (SoupMessage *message, Exchange *exchange)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  if (exchange->is_met || exchange->http == NULL)
    return;
  exchange->is_met = TRUE;
  if (!exchange->soon) {
    abandon (exchange);
    return;
  }
  /* Before all that libsoup has still to say. */
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, on_soon, exchange, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static gboolean
on_deadline (gpointer unused)
{
  g_error ("the deadline is over");
  return G_SOURCE_REMOVE;
}

/* Sends a request that is given up at the signal @moment (NULL: at none), after
 * our own handlers of it. */
static void
run (MockServer *server, const char *path, const char *moment, gboolean soon)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autofree char *address =
      g_strconcat (mock_server_get_url (server), path, NULL);
  g_autoptr (GSource) deadline = g_timeout_source_new (DEADLINE_MS);
  const VcHttpLimits limits = { .connect_s = 10, .reply_s = 10 };
  Exchange exchange = { .soon = soon };

  g_main_context_push_thread_default (context);
  g_source_set_callback (deadline, on_deadline, NULL, NULL);
  g_source_attach (deadline, context);
  session = soup_session_new ();
  message = soup_message_new (SOUP_METHOD_GET, address);
  exchange.http =
      vc_http_send (session, message, FALSE, &limits, &callbacks, &exchange);
  if (moment != NULL)
    g_signal_connect_after (message, moment, G_CALLBACK (on_moment), &exchange);
  while (!exchange.is_over)
    g_main_context_iteration (context, TRUE);
  if (exchange.http != NULL)
    abandon (&exchange);
  vc_http_settle (5 * G_USEC_PER_SEC);
  if (moment == NULL)
    g_assert_no_error (exchange.error);
  g_clear_error (&exchange.error);
  g_source_destroy (deadline);
  g_main_context_pop_thread_default (context);
}

/* libsoup up to 3.6.5 ends a message twice, which ends the process, where it is
 * cancelled between its head and the word of it; "got-headers" is within that. */
static const struct
{
  const char *fault, *moment;
} moments[] = {
  { NULL, NULL },
  { NULL, "starting" },
  { NULL, "wrote-headers" },
  { NULL, "wrote-body" },
  { NULL, "got-headers" },
  { "chunked on=get", "got-headers" },
  { "hold-body after=5", "got-headers" },
  { "404 on=get", "got-headers" },
  { "401 on=get", "got-headers" },
  { "421 on=get", "got-headers" },
  { "401 on=get fault:endless", "got-headers" },
  { "redirect", "got-headers" },
  { "early-hints on=get", "got-informational" },
  { "hold-body after=5", "wrote-body" },
};

static void
give_up (const char *fault, const char *moment, gboolean soon)
{
  g_autoptr (GError) error = NULL;
  const MockOptions options = {
    .width = 64, .height = 48, .n_frames = 3, .fault = fault
  };
  g_autoptr (MockServer) server = mock_server_new (&options, &error);

  g_assert_no_error (error);
  g_test_message ("%s at %s%s", fault != NULL ? fault : "no fault",
      moment != NULL ? moment : "no moment", soon ? ", soon" : "");
  run (server, "/gifs/none.gif", moment, soon);
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_CLOSED, 1, DEADLINE_MS));
}

static void
test_an_exchange_can_be_given_up_at_any_moment (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++) {
    give_up (moments[i].fault, moments[i].moment, FALSE);
    give_up (moments[i].fault, moments[i].moment, TRUE);
  }
}

#define ADD(name) g_test_add_func ("/vchttp/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (an_exchange_can_be_given_up_at_any_moment);
  return g_test_run ();
}
