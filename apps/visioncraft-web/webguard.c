/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webguard.h"

#include "webreply.h"

/* Two prompts of 10,000 characters of four bytes, and the rest. */
#define BODY_MAX (128 * 1024)

/* A body that is refused is read and thrown away up to here. */
#define BODY_READ_MAX (1024 * 1024)

/* A browser says from where a request comes; other programs do not. */
static gboolean
is_from_our_page (SoupServerMessage *message, const WebSite *own)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  const char *site = soup_message_headers_get_one (headers, "Sec-Fetch-Site");
  const char *origin = soup_message_headers_get_one (headers, "Origin");
  const char *host = soup_message_headers_get_one (headers, "Host");

  if (site != NULL && !g_str_equal (site, "same-origin")
      && !g_str_equal (site, "none"))
    return FALSE;
  return origin == NULL || web_site_is_origin (own, origin, host);
}

static WebFault *
check_body (SoupServerMessage *message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  const char *type;

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    return web_fault_new (SOUP_STATUS_LENGTH_REQUIRED, "malformed");
  if (soup_message_headers_get_content_length (headers) > BODY_MAX)
    return web_fault_new (SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too-long");
  if (soup_server_message_get_method (message) != SOUP_METHOD_POST)
    return NULL;
  /* A form of another site cannot send this type without asking. */
  type = soup_message_headers_get_content_type (headers, NULL);
  if (type == NULL || !g_str_equal (type, "application/json"))
    return web_fault_new (SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE, "malformed");
  return NULL;
}

static gboolean
close_connection (gpointer message)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
  return G_SOURCE_REMOVE;
}

/* Not from within libsoup's reading. */
static void
on_unwanted_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  gsize *left = data;
  gsize size = g_bytes_get_size (chunk);

  if (size <= *left) {
    *left -= size;
    return;
  }
  soup_server_message_pause (message);
  g_idle_add_full (G_PRIORITY_DEFAULT, close_connection, g_object_ref (message),
      g_object_unref);
}

static void
free_left (gpointer left, GClosure *closure)
{
  g_free (left);
}

void
web_guard_refuse (SoupServerMessage *message, WebFault *fault)
{
  gsize *left = g_new (gsize, 1);

  web_reply_fault (message, fault);
  *left = BODY_READ_MAX;
  soup_message_body_set_accumulate (
      soup_server_message_get_request_body (message), FALSE);
  g_signal_connect_data (
      message, "got-chunk", G_CALLBACK (on_unwanted_chunk), left, free_left, 0);
}

WebFault *
web_guard_check (SoupServerMessage *message, const WebSite *site)
{
  GUri *uri = soup_server_message_get_uri (message);
  const char *method = soup_server_message_get_method (message);
  WebFault *fault = check_body (message);

  if (fault == NULL && site == NULL)
    return NULL;
  if (fault == NULL && !web_site_knows_host (site, g_uri_get_host (uri)))
    fault = web_fault_new (SOUP_STATUS_FORBIDDEN, "forbidden");
  if (fault == NULL && method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD
      && !is_from_our_page (message, site))
    fault = web_fault_new (SOUP_STATUS_FORBIDDEN, "forbidden");
  return fault;
}
