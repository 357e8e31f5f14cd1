/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "websamplers.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

#define PATH "/image/samplers"
#define TIMEOUT_S 5
#define REPLY_MAX (64 * 1024)
#define NAMES_MAX 200
#define NAME_BYTES_MAX 64
#define LIFETIME_US (10 * 60 * G_USEC_PER_SEC)
#define RETRY_US (30 * G_USEC_PER_SEC)

static const char *const known_names[] = { "Euler", "Euler a", "LMS", "Heun",
  "DPM2", "DPM2 a", "DPM++ 2S a", "DPM++ 2M", "DPM++ SDE", "DPM fast",
  "DPM adaptive", "LMS Karras", "DPM2 Karras", "DPM2 a Karras",
  "DPM++ 2S a Karras", "DPM++ 2M Karras", "DPM++ SDE Karras", "DDIM", "PLMS",
  NULL };

struct _WebSamplers
{
  char *url;
  char **names; /* NULL: none from the service yet */
  gint64 asked_us;
  gboolean succeeded; /* the last time */
  /* While under way; NULL otherwise. */
  GCancellable *cancellable;
  guint timeout_id;
  WebSamplersFunc settled;
  gpointer settled_data;
};

/* What outlives the samplers when they are freed meanwhile. */
typedef struct
{
  WebSamplers *samplers; /* only while the cancellable was not canceled */
  GCancellable *cancellable;
  SoupSession *session;
  guint8 *buffer;
} Query;

WebSamplers *
web_samplers_new (const char *api_url)
{
  WebSamplers *samplers = g_new0 (WebSamplers, 1);
  gsize length = strlen (api_url);

  while (length > 0 && api_url[length - 1] == '/')
    length--;
  samplers->url = g_strdup_printf ("%.*s%s", (int) length, api_url, PATH);
  return samplers;
}

static void
query_free (Query *query)
{
  g_object_unref (query->cancellable);
  soup_session_abort (query->session);
  g_object_unref (query->session);
  g_free (query->buffer);
  g_free (query);
}

void
web_samplers_free (WebSamplers *samplers)
{
  if (samplers->cancellable != NULL) {
    g_cancellable_cancel (samplers->cancellable);
    g_object_unref (samplers->cancellable);
    g_source_remove (samplers->timeout_id);
  }
  g_strfreev (samplers->names);
  g_free (samplers->url);
  g_free (samplers);
}

/* NULL unless @text is an array of names; odd entries are passed over. */
static char **
parse_names (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  JsonNode *root = NULL;
  JsonArray *array;

  /* Nested arrays would be parsed by recursion: the list is flat. */
  if (length == 0 || memchr (text + 1, '[', length - 1) != NULL
      || memchr (text, '{', length) != NULL
      || !json_parser_load_from_data (parser, text, length, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_ARRAY (root))
    return NULL;
  array = json_node_get_array (root);
  for (guint i = 0; i < MIN (json_array_get_length (array), NAMES_MAX); i++) {
    JsonNode *node = json_array_get_element (array, i);
    const char *name = json_node_get_value_type (node) == G_TYPE_STRING
        ? json_node_get_string (node)
        : "";

    if (name[0] != '\0' && strlen (name) <= NAME_BYTES_MAX
        && g_utf8_validate (name, -1, NULL))
      g_ptr_array_add (names, g_strdup (name));
  }
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* Takes @names over; NULL: the answer was of no use. */
static void
settle (WebSamplers *samplers, char **names)
{
  WebSamplersFunc settled = samplers->settled;

  samplers->succeeded = names != NULL;
  if (names != NULL) {
    g_strfreev (samplers->names);
    samplers->names = names;
  }
  g_clear_object (&samplers->cancellable);
  g_source_remove (samplers->timeout_id);
  samplers->settled = NULL;
  if (settled != NULL)
    settled (samplers->settled_data);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Query *query = data;
  g_autoptr (GError) error = NULL;
  gsize n_read = 0;
  gboolean ok = g_input_stream_read_all_finish (
      G_INPUT_STREAM (source), result, &n_read, &error);

  if (query->samplers != NULL
      && !g_cancellable_is_cancelled (query->cancellable))
    settle (query->samplers,
        ok && n_read < REPLY_MAX
            ? parse_names ((const char *) query->buffer, n_read)
            : NULL);
  query_free (query);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  Query *query = data;
  g_autoptr (GError) error = NULL;
  SoupMessage *message =
      soup_session_get_async_result_message (SOUP_SESSION (source), result);
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (!g_cancellable_is_cancelled (query->cancellable)) {
    if (stream != NULL && soup_message_get_status (message) == SOUP_STATUS_OK) {
      g_input_stream_read_all_async (stream, query->buffer, REPLY_MAX,
          G_PRIORITY_DEFAULT, query->cancellable, on_read, query);
      return;
    }
    settle (query->samplers, NULL);
  }
  query_free (query);
}

/* The whole answer has to be there by now. */
static gboolean
on_timeout (gpointer data)
{
  WebSamplers *samplers = data;

  g_cancellable_cancel (samplers->cancellable);
  settle (samplers, NULL);
  return G_SOURCE_CONTINUE; /* settle() has removed it */
}

static gboolean
is_fresh (const WebSamplers *samplers)
{
  gint64 age_us = g_get_monotonic_time () - samplers->asked_us;

  return samplers->asked_us != 0
      && age_us < (samplers->succeeded ? LIFETIME_US : RETRY_US);
}

void
web_samplers_refresh (
    WebSamplers *samplers, WebSamplersFunc settled, gpointer data)
{
  g_autoptr (SoupMessage) message = NULL;
  Query *query;

  if (samplers->cancellable != NULL || is_fresh (samplers))
    return;
  samplers->asked_us = g_get_monotonic_time ();
  samplers->cancellable = g_cancellable_new ();
  samplers->settled = settled;
  samplers->settled_data = data;
  samplers->timeout_id =
      g_timeout_add_seconds (TIMEOUT_S, on_timeout, samplers);

  message = soup_message_new (SOUP_METHOD_GET, samplers->url);
  if (message == NULL) {
    settle (samplers, NULL);
    return;
  }
  query = g_new0 (Query, 1);
  query->samplers = samplers;
  query->cancellable = g_object_ref (samplers->cancellable);
  query->buffer = g_malloc (REPLY_MAX);
  /* A session of its own: no connection stays open between lists. */
  query->session =
      soup_session_new_with_options ("user-agent", PACKAGE "/" VERSION, NULL);
  soup_session_send_async (query->session, message, G_PRIORITY_DEFAULT,
      query->cancellable, on_sent, query);
}

const char *const *
web_samplers_get (WebSamplers *samplers)
{
  return samplers->names != NULL ? (const char *const *) samplers->names
                                 : known_names;
}

gboolean
web_samplers_are_current (WebSamplers *samplers)
{
  return samplers->names != NULL;
}
