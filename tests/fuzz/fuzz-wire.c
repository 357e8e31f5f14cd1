/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a server says: replies, Retry-After, redirects, pages. Whatever comes,
 * an image or one clean error comes of it, and never the key.
 *
 * The first byte chooses the status; in the rest \x7f stands for the key. */

#include "fuzz.h"
#include "fuzztext.h"
#include "vcaddress.h"
#include "vcredact.h"
#include "vctext.h"
#include "vcwire.h"

#include <string.h>

#define SECRET "sk-fuzz-9f27c1d4"

static const char *const secrets[] = { SECRET, NULL };

static void
assert_text_is_safe (const char *text)
{
  if (text != NULL)
    fuzz_assert_clean (text);
  g_assert_true (text == NULL || strstr (text, SECRET) == NULL);
}

static GBytes *
put_secret (const uint8_t *data, size_t size)
{
  GByteArray *bytes = g_byte_array_sized_new ((guint) size);

  for (size_t i = 0; i < size; i++)
    if (data[i] == 0x7f)
      g_byte_array_append (bytes, (const guint8 *) SECRET, strlen (SECRET));
    else
      g_byte_array_append (bytes, &data[i], 1);
  return g_byte_array_free_to_bytes (bytes);
}

static void
check_reply (GBytes *body, guint status, GUri *base)
{
  g_auto (VcReply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  if (vc_wire_read_reply (body, status, base, secrets, &reply, &error)) {
    g_assert_no_error (error);
    g_assert_true (reply.gif != NULL || reply.images->len > 0);
    for (guint i = 0; reply.gif == NULL && i < reply.images->len; i++)
      g_assert_true (
          g_uri_is_valid (reply.images->pdata[i], SOUP_HTTP_URI_FLAGS, NULL));
  } else {
    g_assert_true (error->domain == VC_ERROR);
    assert_text_is_safe (error->message);
  }
  assert_text_is_safe (reply.server_message);
}

static void
check_text (const char *data, gsize size)
{
  g_autofree char *line = vc_text_one_line (data, (gssize) size);
  g_autofree char *page = vc_text_of_page (data, (gssize) size);
  g_autofree char *quote = vc_text_quote (data, (gssize) size, secrets);
  g_autofree char *redacted = vc_redact (line, secrets);

  fuzz_assert_clean (line);
  assert_text_is_safe (quote);
  g_assert_null (strstr (redacted, SECRET));
  g_assert_true (quote == NULL || strlen (quote) <= VC_SERVER_MESSAGE_MAX);
  g_assert_nonnull (page);
}

static void
check_fields (const char *text, GUri *base)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (1700000000);
  g_autoptr (GUri) next = vc_address_follow (base, text);

  vc_wire_retry_after (text, now);
  if (next != NULL && vc_address_is_http (next) && vc_address_has_host (next)) {
    g_autoptr (GUri) with_https = vc_address_with_https (next);
    g_autofree char *address = g_uri_to_string (with_https);

    g_assert_true (vc_address_is_https (with_https));
    g_assert_true (vc_address_same_origin (next, next));
    g_assert_nonnull (address);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint statuses[] = { 200, 201, 202, 400, 401, 403, 407, 413, 422,
    429, 500, 502, 503, 521, 530, 599 };
  g_autoptr (GUri) base = g_uri_parse (
      "https://service.example:8443/api/", SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;

  if (size == 0)
    return 0;
  body = put_secret (data + 1, size - 1);
  text = g_strndup ((const char *) data + 1, size - 1);
  check_reply (body, statuses[data[0] % G_N_ELEMENTS (statuses)], base);
  if (size > 1)
    check_text (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  check_fields (text, base);
  return 0;
}
