/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webreply.h"

#include "webrange.h"

/* Script, style and media are files of ours: nothing inline, nothing of
 * others. */
#define CONTENT_POLICY \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " \
  "media-src 'self'; connect-src 'self'; form-action 'self'; " \
  "base-uri 'self'; frame-ancestors 'none'"

static const struct
{
  const char *name, *value;
} security[] = {
  { "Content-Security-Policy", CONTENT_POLICY },
  { "X-Content-Type-Options", "nosniff" },
  { "Referrer-Policy", "no-referrer" },
  { "Cross-Origin-Resource-Policy", "same-origin" },
  { "Cross-Origin-Opener-Policy", "same-origin" },
  /* See weblistener.h. */
  { "Connection", "close" },
  { "Permissions-Policy", "camera=(), geolocation=(), microphone=()" },
};

static const char *const cache_controls[] = {
  [WEB_CACHE_NEVER] = "no-store",
  [WEB_CACHE_ASK] = "no-cache",
  [WEB_CACHE_FOREVER] = "private, max-age=86400, immutable",
};

void
web_reply_prepare (SoupServerMessage *message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  for (guint i = 0; i < G_N_ELEMENTS (security); i++)
    soup_message_headers_replace (headers, security[i].name, security[i].value);
  web_range_set_aside (message);
}

static void
set_body (
    SoupServerMessage *message, const char *type, WebCache cache, GBytes *bytes)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Content-Type", type);
  soup_message_headers_replace (
      headers, "Cache-Control", cache_controls[cache]);
  if (g_bytes_get_size (bytes) > 0)
    soup_message_body_append_bytes (
        soup_server_message_get_response_body (message), bytes);
}

void
web_reply_bytes (
    SoupServerMessage *message, const char *type, WebCache cache, GBytes *bytes)
{
  g_autoptr (GBytes) part = web_range_take (message, bytes);

  set_body (message, type, cache, part);
}

char *
web_reply_make_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

void
web_reply_json (SoupServerMessage *message, guint status, JsonBuilder *builder)
{
  char *text = web_reply_make_json (builder);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  set_body (message, "application/json", WEB_CACHE_NEVER, bytes);
  soup_server_message_set_status (message, status, NULL);
}

void
web_reply_fault (SoupServerMessage *message, WebFault *fault)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *wait = g_strdup_printf ("%u", fault->retry_after_s);

  json_builder_begin_object (builder);
  web_fault_add_to (fault, builder);
  json_builder_end_object (builder);
  if (fault->retry_after_s != 0)
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), "Retry-After",
        wait);
  web_reply_json (message, fault->status, builder);
  web_fault_free (fault);
}
