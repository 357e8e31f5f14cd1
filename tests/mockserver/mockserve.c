/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockserve.c: a file over HTTP, with validators and ranges
 */
#include "mockserve.h"

#include <string.h>

MockServing *
mock_serving_new (const MockGif *gif)
{
  MockServing *serving = g_new0 (MockServing, 1);

  serving->bytes = g_bytes_ref (gif->bytes);
  serving->type = g_strdup ("image/gif");
  serving->etag = g_strdup (gif->etag);
  serving->modified = g_strdup (gif->modified);
  return serving;
}

void
mock_serving_free (MockServing *serving)
{
  g_bytes_unref (serving->bytes);
  g_free (serving->type);
  g_free (serving->etag);
  g_free (serving->modified);
  g_free (serving);
}

/* RFC 9110 §13.1.5: strong comparison of tags, exact comparison of dates. */
static gboolean
range_is_wanted (const MockServing *serving, const MockRequest *request)
{
  const char *condition =
      soup_message_headers_get_one (request->headers, "If-Range");

  if (serving->range_ignored)
    return FALSE;
  if (condition == NULL)
    return TRUE;
  if (*condition == '"')
    return g_strcmp0 (condition, serving->etag) == 0;
  return g_strcmp0 (condition, serving->modified) == 0;
}

static gboolean
is_unchanged (const MockServing *serving, const MockRequest *request)
{
  const char *tag =
      soup_message_headers_get_one (request->headers, "If-None-Match");

  return tag != NULL && g_strcmp0 (tag, serving->etag) == 0;
}

/* RFC 9110 §14.1.2, the first and last byte of one range; versions of libsoup
 * differ in what they make of one beyond the end. FALSE: the whole file. */
static gboolean
parse_range (
    const MockRequest *request, gint64 size, gint64 *ret_from, gint64 *ret_to)
{
  const char *text = soup_message_headers_get_one (request->headers, "Range");
  char *end;

  if (text == NULL || !g_str_has_prefix (text, "bytes=")
      || strchr (text, ',') != NULL)
    return FALSE;
  text += strlen ("bytes=");
  *ret_to = size - 1;
  if (*text == '-') {
    *ret_from = MAX (0, size - g_ascii_strtoll (text + 1, &end, 10));
    return end > text + 1 && *end == '\0';
  }
  *ret_from = g_ascii_strtoll (text, &end, 10);
  if (end == text || *end != '-')
    return FALSE;
  if (*++end != '\0') {
    *ret_to = g_ascii_strtoll (end, &end, 10);
    *ret_to = MIN (*ret_to, size - 1);
  }
  return *end == '\0';
}

/* Turns the 200 of @reply into a 206 or 416 when @request asks for one range.
 * Several ranges at once get the whole file, as RFC 9110 §14.2 allows. */
static void
apply_range (
    const MockServing *serving, const MockRequest *request, MockReply *reply)
{
  gint64 size = (gint64) g_bytes_get_size (serving->bytes);
  gint64 from, to;
  g_autofree char *told = NULL;

  if (!parse_range (request, size, &from, &to))
    return;
  if (from <= to) {
    from = MIN (from + serving->range_shift, to);
    reply->status = SOUP_STATUS_PARTIAL_CONTENT;
    mock_reply_take_body (reply, serving->type,
        g_bytes_new_from_bytes (
            serving->bytes, (gsize) from, (gsize) (to - from + 1)));
    soup_message_headers_set_content_range (reply->headers, from, to, size);
  } else {
    reply->status = SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE;
    mock_reply_take_body (reply, NULL, g_bytes_new (NULL, 0));
    told = g_strdup_printf ("bytes */%" G_GINT64_FORMAT, size);
    mock_reply_set_header (reply, "Content-Range", told);
  }
}

MockReply *
mock_serving_reply (const MockServing *serving, const MockRequest *request)
{
  MockReply *reply = mock_reply_new (SOUP_STATUS_OK);

  mock_reply_take_body (reply, serving->type, g_bytes_ref (serving->bytes));
  mock_reply_set_header (reply, "ETag", serving->etag);
  mock_reply_set_header (reply, "Last-Modified", serving->modified);
  mock_reply_set_header (
      reply, "Accept-Ranges", serving->range_ignored ? NULL : "bytes");
  if (is_unchanged (serving, request)) {
    reply->status = SOUP_STATUS_NOT_MODIFIED;
    mock_reply_take_body (reply, NULL, g_bytes_new (NULL, 0));
  } else if (range_is_wanted (serving, request)) {
    apply_range (serving, request, reply);
  }
  return reply;
}
