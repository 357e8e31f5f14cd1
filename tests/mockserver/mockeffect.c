/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockeffect.c: one small function for each fault that is not only a text
 */
#include "mockeffect.h"

#include <string.h>

#define LARGE_JSON (2 * 1024 * 1024)
#define DEEP_JSON 500000
#define HUGE_HEADER (1024 * 1024)
#define SPACES_BLOCK (64 * 1024)
#define JSON_DRIP 100 /* bytes per second */
#define GIF_DRIP 65536

static gint64
get_after (const MockFault *fault, const MockReply *reply)
{
  return mock_fault_get_number (
      fault, "after", (gint64) g_bytes_get_size (reply->body) / 2);
}

void
mock_effect_silence (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->hold_at = MOCK_AT_START;
}

void
mock_effect_hold_body (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->hold_at = get_after (fault, reply);
}

void
mock_effect_reset_before (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->cut_at = MOCK_AT_START;
  reply->end = MOCK_END_RESET;
}

void
mock_effect_reset_headers (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->headers_cut =
      (guint) mock_fault_get_number (fault, "after", strlen ("HTTP/1.1 2"));
  reply->end = MOCK_END_RESET;
}

void
mock_effect_reset_body (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->cut_at = get_after (fault, reply);
  reply->end = MOCK_END_RESET;
}

void
mock_effect_close_before (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_effect_reset_before (fault, target, reply);
  reply->end = MOCK_END_CLOSE;
}

void
mock_effect_close_headers (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_effect_reset_headers (fault, target, reply);
  reply->end = MOCK_END_CLOSE;
}

void
mock_effect_close_body (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_effect_reset_body (fault, target, reply);
  reply->end = MOCK_END_CLOSE;
}

void
mock_effect_drip (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->rate = GIF_DRIP;
}

void
mock_effect_garbage (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->preface = "SSH-2.0-this_is_not_HTTP\r\n";
  mock_effect_close_before (fault, target, reply);
}

void
mock_effect_early_hints (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->preface = "HTTP/1.1 103 Early Hints\r\nLink: </mock>\r\n\r\n";
}

void
mock_effect_headers_huge (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  g_autofree char *value = g_strnfill (HUGE_HEADER, 'x');

  mock_reply_set_header (reply, "X-Mock", value);
}

void
mock_effect_length_long (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->announced_length = mock_fault_get_number (
      fault, "length", (gint64) g_bytes_get_size (reply->body) + 1000);
  reply->end = MOCK_END_CLOSE;
}

void
mock_effect_length_short (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  gint64 size = (gint64) g_bytes_get_size (reply->body);

  reply->announced_length =
      mock_fault_get_number (fault, "length", MAX (0, size - 10));
  reply->end = MOCK_END_CLOSE;
}

void
mock_effect_length_huge (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->announced_length =
      mock_fault_get_number (fault, "length", (gint64) 1 << 40);
  reply->end = MOCK_END_CLOSE;
}

void
mock_effect_no_length (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->framing = MOCK_FRAMING_CLOSE;
}

void
mock_effect_chunked (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->framing = MOCK_FRAMING_CHUNKED;
}

void
mock_effect_chunked_cut (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->framing = MOCK_FRAMING_CHUNKED;
  mock_effect_close_body (fault, target, reply);
}

void
mock_effect_chunked_broken (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->framing = MOCK_FRAMING_CHUNKED;
  reply->chunks_broken = TRUE;
  reply->end = MOCK_END_CLOSE;
}

void
mock_effect_gzip (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->gzipped = TRUE;
}

void
mock_effect_gzip_broken (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_reply_set_header (reply, "Content-Encoding", "gzip");
}

void
mock_effect_endless (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  reply->endless = TRUE;
  reply->framing = MOCK_FRAMING_CLOSE;
}

void
mock_effect_json_large (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  GByteArray *body = g_byte_array_new ();
  static const char head[] = "{\"padding\":\"", tail[] = "\",";
  g_autofree char *padding = g_strnfill (LARGE_JSON, 'x');
  gsize size;
  const guint8 *true_body = g_bytes_get_data (reply->body, &size);

  g_byte_array_append (body, (const guint8 *) head, strlen (head));
  g_byte_array_append (body, (const guint8 *) padding, LARGE_JSON);
  g_byte_array_append (body, (const guint8 *) tail, strlen (tail));
  if (size > 1)
    g_byte_array_append (body, true_body + 1, (guint) size - 1);
  mock_reply_take_body (
      reply, "application/json", g_byte_array_free_to_bytes (body));
}

void
mock_effect_json_deep (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  GString *body = g_string_new ("{\"images\":");

  for (guint i = 0; i < DEEP_JSON; i++)
    g_string_append_c (body, '[');
  for (guint i = 0; i < DEEP_JSON; i++)
    g_string_append_c (body, ']');
  g_string_append_c (body, '}');
  mock_reply_take_body (
      reply, "application/json", g_string_free_to_bytes (body));
}

/* White space before a JSON text may be as long as it likes. */
void
mock_effect_json_endless (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_reply_take_body (reply, "application/json",
      g_bytes_new_take (g_strnfill (SPACES_BLOCK, ' '), SPACES_BLOCK));
  mock_effect_endless (fault, target, reply);
}

void
mock_effect_json_drip (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_effect_json_endless (fault, target, reply);
  reply->rate = JSON_DRIP;
}

void
mock_effect_raw_gif (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  if (target->gif != NULL)
    mock_reply_take_body (reply, "image/gif", g_bytes_ref (target->gif->bytes));
}

void
mock_effect_gif_truncated (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  gsize size = g_bytes_get_size (reply->body);
  gsize kept = MIN (size, (gsize) get_after (fault, reply));

  mock_reply_take_body (
      reply, "image/gif", g_bytes_new_from_bytes (reply->body, 0, kept));
}

static char *
make_address (const MockFaultTarget *target, const char *query)
{
  const char *host =
      soup_message_headers_get_one (target->request->headers, "Host");

  return g_strconcat (target->tls ? "https://" : "http://",
      host != NULL ? host : "127.0.0.1", target->request->path, query, NULL);
}

/* Number of hops behind @request: redirects of ours carry "?hop=N". */
static guint
count_hops (const MockRequest *request)
{
  guint hops = 0;

  if (request->query != NULL && g_str_has_prefix (request->query, "hop="))
    hops =
        (guint) g_ascii_strtoull (request->query + strlen ("hop="), NULL, 10);
  return hops;
}

gboolean
mock_effect_has_hops_left (const MockFault *fault, const MockRequest *request)
{
  return count_hops (request) < mock_fault_get_number (fault, "hops", 1);
}

gboolean
mock_effect_lacks_proxy_key (const MockFault *fault, const MockRequest *request)
{
  return soup_message_headers_get_one (request->headers, "Proxy-Authorization")
      == NULL;
}

void
mock_effect_redirect (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  guint hop = count_hops (target->request) + 1;
  g_autofree char *query = g_strdup_printf ("?hop=%u", hop);
  g_autofree char *location = make_address (target, query);

  mock_reply_set_header (reply, "Location", location);
}

void
mock_effect_redirect_loop (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  g_autofree char *location = make_address (target, NULL);

  mock_reply_set_header (reply, "Location", location);
}

gboolean
mock_effect_wants_range (const MockFault *fault, const MockRequest *request)
{
  return soup_message_headers_get_one (request->headers, "Range") != NULL;
}

void
mock_effect_range_refused (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_reply_set_header (reply, "Content-Range", "bytes */0");
}

void
mock_effect_cookie (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_reply_set_header (reply, "Set-Cookie", "mock=1; Path=/");
}

void
mock_effect_auth (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_reply_set_header (reply, "WWW-Authenticate", "Basic realm=\"mock\"");
}

void
mock_effect_proxy_auth (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply)
{
  mock_reply_set_header (reply, "Proxy-Authenticate", "Basic realm=\"mock\"");
}

/* As if the file had been replaced: other bytes of the same length, which
 * differ from the first block of pixels on, under another tag and date. */
void
mock_effect_etag_changed (
    const MockFault *fault, const MockFaultTarget *target, MockServing *serving)
{
  gsize size;
  guint8 *bytes;

  if (target->n_gets == 0)
    return;
  bytes = g_bytes_unref_to_data (g_bytes_ref (serving->bytes), &size);
  for (gsize i = 13; i < MIN (size, 13 + 3 * 256); i++)
    bytes[i] = 255 - bytes[i];
  g_bytes_unref (serving->bytes);
  serving->bytes = g_bytes_new_take (bytes, size);
  g_free (serving->etag);
  serving->etag = g_strdup_printf ("\"changed-%u\"", target->n_gets);
  g_free (serving->modified);
  serving->modified = g_strdup ("Fri, 01 Jan 2100 00:00:00 GMT");
}

void
mock_effect_etag_weak (
    const MockFault *fault, const MockFaultTarget *target, MockServing *serving)
{
  char *strong = serving->etag;

  serving->etag = strong != NULL ? g_strconcat ("W/", strong, NULL) : NULL;
  g_free (strong);
}

void
mock_effect_validators_weak (
    const MockFault *fault, const MockFaultTarget *target, MockServing *serving)
{
  mock_effect_etag_weak (fault, target, serving);
  g_clear_pointer (&serving->modified, g_free);
}

void
mock_effect_etag_none (
    const MockFault *fault, const MockFaultTarget *target, MockServing *serving)
{
  g_clear_pointer (&serving->etag, g_free);
}

void
mock_effect_validators_none (
    const MockFault *fault, const MockFaultTarget *target, MockServing *serving)
{
  g_clear_pointer (&serving->etag, g_free);
  g_clear_pointer (&serving->modified, g_free);
}

void
mock_effect_range_ignored (
    const MockFault *fault, const MockFaultTarget *target, MockServing *serving)
{
  serving->range_ignored = TRUE;
}

void
mock_effect_range_wrong (
    const MockFault *fault, const MockFaultTarget *target, MockServing *serving)
{
  serving->range_shift = 1;
}
