/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webrange.h"

#define RANGE_KEY "web-range"

void
web_range_set_aside (SoupServerMessage *message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  char *range = g_strdup (soup_message_headers_get_one (headers, "Range"));

  soup_message_headers_remove (headers, "Range");
  /* There are no validators: the condition cannot hold. */
  if (soup_message_headers_get_one (headers, "If-Range") != NULL)
    g_clear_pointer (&range, g_free);
  g_object_set_data_full (G_OBJECT (message), RANGE_KEY, range, g_free);
}

/* The digits at *@text, and where they end; FALSE where there are none, or too
 * many. */
static gboolean
read_number (const char **text, guint64 *ret_number)
{
  char *end;

  if (!g_ascii_isdigit (**text))
    return FALSE;
  *ret_number = g_ascii_strtoull (*text, &end, 10);
  *text = end;
  return *ret_number < G_MAXUINT64;
}

/* "bytes=FIRST-LAST", "bytes=FIRST-" or "bytes=-LENGTH", with both ends inside
 * of @size bytes where they can be; FALSE: the field is to be ignored, as one
 * with several ranges is. An empty range: nothing of it is there. */
static gboolean
parse (const char *text, gsize size, gsize *ret_first, gsize *ret_n)
{
  guint64 first = 0, last = G_MAXUINT64;

  if (g_ascii_strncasecmp (text, "bytes=", strlen ("bytes=")) != 0)
    return FALSE;
  text += strlen ("bytes=");
  if (*text == '-') {
    text++;
    if (!read_number (&text, &last) || *text != '\0')
      return FALSE;
    *ret_n = MIN (last, size);
    *ret_first = size - *ret_n;
    return TRUE;
  }
  if (!read_number (&text, &first) || *text++ != '-')
    return FALSE;
  if (*text != '\0'
      && (!read_number (&text, &last) || *text != '\0' || last < first))
    return FALSE;
  *ret_first = MIN (first, size);
  *ret_n = MIN (last, size - 1) - *ret_first + 1;
  if (*ret_first == size)
    *ret_n = 0;
  return TRUE;
}

GBytes *
web_range_take (SoupServerMessage *message, GBytes *bytes)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);
  const char *range = g_object_get_data (G_OBJECT (message), RANGE_KEY);
  gsize size = g_bytes_get_size (bytes), first, n;
  g_autofree char *content_range = NULL;

  soup_message_headers_replace (headers, "Accept-Ranges", "bytes");
  if (range == NULL || size == 0
      || soup_server_message_get_method (message) != SOUP_METHOD_GET
      || !parse (range, size, &first, &n)) {
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    return g_bytes_ref (bytes);
  }
  content_range = n > 0
      ? g_strdup_printf ("bytes %" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT
                         "/%" G_GSIZE_FORMAT,
          first, first + n - 1, size)
      : g_strdup_printf ("bytes */%" G_GSIZE_FORMAT, size);
  soup_message_headers_replace (headers, "Content-Range", content_range);
  soup_server_message_set_status (message,
      n > 0 ? SOUP_STATUS_PARTIAL_CONTENT
            : SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE,
      NULL);
  return g_bytes_new_from_bytes (bytes, n > 0 ? first : 0, n);
}
