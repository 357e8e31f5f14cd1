/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What users and servers set: visioncraft: URIs, prompts as tags, header fields
 * in both directions. */

#include "fuzz.h"
#include "fuzztext.h"
#include "gstvcmessages.h"
#include "gstvctags.h"
#include "gstvcuri.h"
#include "vcvalidator.h"

#include <string.h>

static void
check_uri (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri =
      g_strconcat (GST_VC_URI_SCHEME "://" GST_VC_URI_HOST "?", text, NULL);
  const char *uris[] = { text, uri };

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++) {
    g_auto (GstVcUri) parsed = { 0 };
    g_auto (GstVcUri) again = { 0 };
    g_autofree char *canonical = NULL, *twice = NULL;

    g_clear_error (&error);
    if (!gst_vc_uri_parse (uris[i], &parsed, &error)) {
      g_assert_true (error->domain == GST_URI_ERROR);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      continue;
    }
    canonical = gst_vc_uri_format (&parsed);
    g_assert_true (gst_uri_is_valid (canonical));
    g_assert_true (gst_vc_uri_parse (canonical, &again, NULL));
    g_assert_cmpstr (parsed.prompt, ==, again.prompt);
    twice = gst_vc_uri_format (&again);
    g_assert_cmpstr (canonical, ==, twice);
  }
}

static void
check_tags (const char *text)
{
  g_autoptr (VcRequest) request = vc_request_new ();
  g_autofree char *prompt = g_utf8_make_valid (text, -1);
  g_autofree char *title = gst_vc_tags_title (prompt);
  g_autoptr (GstTagList) tags = NULL;

  vc_request_set_string (&request->prompt, prompt);
  vc_request_set_string (&request->sampler, prompt);
  fuzz_assert_clean (title);
  g_assert_cmpint (g_utf8_strlen (title, -1), <=, GST_VC_TITLE_CHARS);
  tags = gst_vc_tags_new (request);
  gst_vc_tags_complete (tags, prompt);
  for (int i = 0; i < gst_tag_list_n_tags (tags); i++) {
    const char *name = gst_tag_list_nth_tag_name (tags, i);
    const char *value;

    if (gst_tag_get_type (name) != G_TYPE_STRING)
      continue;
    g_assert_true (gst_tag_list_peek_string_index (tags, name, 0, &value));
    g_assert_true (g_utf8_validate (value, -1, NULL));
  }
}

/* Each line is a field, "name: value". */
static void
check_response_headers (char **lines)
{
  static const char *const names[] = { "ETag", "Last-Modified", "Content-Range",
    "Server" };
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  VcReport report = { .status = 200, .location = (char *) "https://x.example" };
  SoupMessageHeaders *a =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  SoupMessageHeaders *b =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autoptr (GstStructure) structure = NULL;
  VcValidator validator = { 0 };

  for (guint i = 0; lines[i] != NULL && i < 16; i++) {
    g_autofree char *value = g_utf8_make_valid (lines[i], -1);

    g_strdelimit (value, "\r", ' ');
    soup_message_headers_append (a, names[i % G_N_ELEMENTS (names)], value);
    g_ptr_array_add (fields, g_strdup (names[i % G_N_ELEMENTS (names)]));
    g_ptr_array_add (fields, g_steal_pointer (&value));
  }
  g_ptr_array_add (fields, NULL);
  report.headers = (char **) fields->pdata;
  structure = gst_vc_headers_new (&report);
  g_assert_nonnull (structure);
  vc_validator_set (&validator, a);
  vc_validator_ask_range (&validator, b, 1000);
  g_assert_false (vc_validator_differs (&validator, a));
  vc_validator_clear (&validator);
  soup_message_headers_unref (a);
  soup_message_headers_unref (b);
}

static void
check_request_headers (const char *text, char **lines)
{
  g_autoptr (VcRequest) request = vc_request_new ();
  g_autoptr (VcRequest) copy = NULL;
  g_autoptr (GError) error = NULL;

  vc_request_set_string (&request->api_url, "https://service.example");
  vc_request_set_string (&request->token, "sk-fuzz-9f27c1d4");
  vc_request_set_string (&request->prompt, "a fox");
  vc_request_set_string (&request->sampler, "Euler");
  vc_request_set_string (&request->authorization, text);
  vc_request_set_proxy (request, text);
  request->extra_headers = g_strdupv (lines);
  if (g_strv_length (lines) % 2 != 0)
    return;
  if (!vc_request_check (request, &error)) {
    g_assert_true (error->domain == VC_ERROR);
    return;
  }
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_null (strpbrk (lines[i], "\r\n"));
  copy = vc_request_copy (request);
  g_assert_cmpstr (copy->proxy, ==, request->proxy);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 32);

  gst_init (NULL, NULL);
  check_uri (text);
  check_tags (text);
  check_response_headers (lines);
  check_request_headers (text, lines);
  return 0;
}
