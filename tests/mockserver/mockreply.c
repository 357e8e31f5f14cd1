/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockreply.c: a reply before it goes out
 */
#include "mockhttp.h"

#include <string.h>

MockReply *
mock_reply_new (guint status)
{
  MockReply *reply = g_new0 (MockReply, 1);

  reply->status = status;
  reply->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  reply->body = g_bytes_new (NULL, 0);
  reply->announced_length = G_MININT64;
  reply->hold_at = reply->cut_at = MOCK_AT_NONE;
  return reply;
}

void
mock_reply_free (MockReply *reply)
{
  soup_message_headers_unref (reply->headers);
  g_bytes_unref (reply->body);
  g_free (reply);
}

void
mock_reply_take_body (MockReply *reply, const char *type, GBytes *body)
{
  g_bytes_unref (reply->body);
  reply->body = body;
  mock_reply_set_header (reply, "Content-Type", type);
}

void
mock_reply_set_text (MockReply *reply, const char *type, const char *text)
{
  mock_reply_take_body (reply, type, g_bytes_new (text, strlen (text)));
}

void
mock_reply_set_header (MockReply *reply, const char *name, const char *value)
{
  if (value != NULL)
    soup_message_headers_replace (reply->headers, name, value);
  else
    soup_message_headers_remove (reply->headers, name);
}

static GBytes *
compress (GBytes *plain)
{
  g_autoptr (GConverter) gzip =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) out = g_converter_output_stream_new (memory, gzip);

  g_output_stream_write_all (out, g_bytes_get_data (plain, NULL),
      g_bytes_get_size (plain), NULL, NULL, NULL);
  g_output_stream_close (out, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (
      G_MEMORY_OUTPUT_STREAM (memory));
}

void
mock_reply_encode (MockReply *reply)
{
  GBytes *compressed;

  if (!reply->gzipped)
    return;
  compressed = compress (reply->body);
  g_bytes_unref (reply->body);
  reply->body = compressed;
  mock_reply_set_header (reply, "Content-Encoding", "gzip");
}

const char *
mock_status_get_phrase (guint status)
{
  static const struct
  {
    guint status;
    const char *phrase;
  } others[] = {
    { 418, "I'm a teapot" },
    { 423, "Locked" },
    { 425, "Too Early" },
    { 429, "Too Many Requests" },
    { 451, "Unavailable For Legal Reasons" },
    { 520, "Web Server Returned an Unknown Error" },
    { 521, "Web Server Is Down" },
    { 522, "Connection Timed Out" },
    { 523, "Origin Is Unreachable" },
    { 524, "A Timeout Occurred" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (others[i].status == status)
      return others[i].phrase;
  return soup_status_get_phrase (status);
}
