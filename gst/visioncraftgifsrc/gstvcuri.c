/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcuri.h"

#include <string.h>

#define PREFIX GST_VC_URI_SCHEME "://" GST_VC_URI_HOST

/* How much of what is wrong a message shows. */
#define QUOTE_CHARS 40

/* In the order of the table below. */
static const char *const keys[] = { "prompt", "negative-prompt", "sampler",
  "cfg-scale", "steps", "variation", NULL };

/* What is text has no maximum. */
static const struct
{
  gsize offset;
  gint64 min, max;
} values[] = {
  { G_STRUCT_OFFSET (GstVcUri, prompt) },
  { G_STRUCT_OFFSET (GstVcUri, negative_prompt) },
  { G_STRUCT_OFFSET (GstVcUri, sampler) },
  { G_STRUCT_OFFSET (GstVcUri, cfg_scale), GST_VC_CFG_SCALE_MIN,
      GST_VC_CFG_SCALE_MAX },
  { G_STRUCT_OFFSET (GstVcUri, steps), GST_VC_STEPS_MIN, GST_VC_STEPS_MAX },
  { G_STRUCT_OFFSET (GstVcUri, variation), 0, G_MAXUINT },
};
G_STATIC_ASSERT (G_N_ELEMENTS (keys) == G_N_ELEMENTS (values) + 1);

/* Normalized: what people take for the name of the API key, and other secrets.
 */
static const char *const secret_keys[] = { "token", "api-key", "apikey",
  "api-token", "authorization", "key", "password", "proxy-pw", NULL };

const char *const *
gst_vc_uri_get_keys (void)
{
  return keys;
}

static void
set_bad_uri (GError **error, const char *sentence)
{
  g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, sentence);
}

/* The beginning of @text, for a message. */
static char *
quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return g_utf8_strlen (valid, -1) > QUOTE_CHARS
      ? g_utf8_substring (valid, 0, QUOTE_CHARS)
      : g_steal_pointer (&valid);
}

/* RFC 3986 §3: scheme and authority. Returns the query behind them, "" where
 * there is none. */
static const char *
skip_to_query (const char *uri, GError **error)
{
  const gsize scheme_size = strlen (GST_VC_URI_SCHEME ":");
  const gsize prefix_size = strlen (PREFIX);
  const char *rest = uri + prefix_size;

  if (g_ascii_strncasecmp (uri, GST_VC_URI_SCHEME ":", scheme_size) != 0) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_UNSUPPORTED_PROTOCOL,
        "The URI's scheme is not %s.", GST_VC_URI_SCHEME);
    return NULL;
  }
  if (g_ascii_strncasecmp (uri, PREFIX, prefix_size) != 0
      || strchr ("/?#", *rest) == NULL) {
    set_bad_uri (error,
        "The URI must begin with " PREFIX
        "?; it names neither server nor user (the property api-url does).");
    return NULL;
  }
  if (strchr (rest, '#') != NULL) {
    set_bad_uri (error, "\"#\" in a prompt must be written as %23 in a URI.");
    return NULL;
  }
  if (*rest == '/')
    rest++;
  if (*rest == '\0')
    return rest;
  if (*rest != '?') {
    set_bad_uri (
        error, "The URI has a path; after " PREFIX " only \"?\" can follow.");
    return NULL;
  }
  return rest + 1;
}

/* The index of @key, -1 with @error where it is none. */
static int
find_key (const char *key, GError **error)
{
  g_autofree char *decoded = g_uri_unescape_string (key, NULL);
  g_autofree char *name = NULL;
  g_autofree char *shown = quote (key);
  g_autofree char *known = NULL;

  if (decoded != NULL) {
    name = g_ascii_strdown (g_strdelimit (decoded, "_", '-'), -1);
    if (g_strv_contains (secret_keys, name)) {
      g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
          "\"%s\": a secret does not belong into a URI, which players show, "
          "log and remember. Put the API key into the environment variable "
          "VISIONCRAFT_TOKEN or into a file for the property token-file.",
          name);
      return -1;
    }
    for (int i = 0; keys[i] != NULL; i++) {
      if (g_str_equal (keys[i], decoded))
        return i;
    }
  }
  known = g_strjoinv (", ", (char **) keys);
  g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
      "\"%s\" is no key of these URIs; they are: %s.", shown, known);
  return -1;
}

static gboolean
take_value (GstVcUri *uri, int index, char *text, GError **error)
{
  gpointer field = (guint8 *) uri + values[index].offset;
  g_autofree char *value = text;
  g_autofree char *shown = NULL;
  gint64 number;

  if (values[index].max == 0) {
    *(char **) field = g_steal_pointer (&value);
    return TRUE;
  }
  if (!g_ascii_string_to_signed (
          value, 10, values[index].min, values[index].max, &number, NULL)) {
    shown = quote (value);
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "\"%s\" must be a whole number from %" G_GINT64_FORMAT
        " to %" G_GINT64_FORMAT ", not \"%s\".",
        keys[index], values[index].min, values[index].max, shown);
    return FALSE;
  }
  *(gint64 *) field = number;
  return TRUE;
}

/* One "key=value" of the query; @seen has a bit for each key. */
static gboolean
parse_pair (GstVcUri *uri, char *pair, guint *seen, GError **error)
{
  char *value = strchr (pair, '=');
  g_autofree char *decoded = NULL;
  int index;

  if (value != NULL)
    *value++ = '\0';
  index = find_key (pair, error);
  if (index < 0)
    return FALSE;
  if (value == NULL || (*seen & 1u << index) != 0) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        value == NULL ? "\"%s\" has no value." : "\"%s\" stands there twice.",
        keys[index]);
    return FALSE;
  }
  *seen |= 1u << index;

  /* "+" stays: it is a space in HTML forms only. */
  decoded = g_uri_unescape_string (value, NULL);
  if (decoded == NULL || !g_utf8_validate (decoded, -1, NULL)) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        decoded == NULL ? "\"%s\": after \"%%\" two hexadecimal digits must "
                          "follow, not 00; a percent sign is %%25."
                        : "\"%s\" is not UTF-8.",
        keys[index]);
    return FALSE;
  }
  return take_value (uri, index, g_steal_pointer (&decoded), error);
}

gboolean
gst_vc_uri_parse (const char *uri, GstVcUri *ret_uri, GError **error)
{
  g_auto (GstVcUri) parsed = { .cfg_scale = GST_VC_URI_UNSET,
    .steps = GST_VC_URI_UNSET,
    .variation = GST_VC_URI_UNSET };
  g_auto (GStrv) pairs = NULL;
  const char *query = skip_to_query (uri, error);
  guint seen = 0;

  if (query == NULL)
    return FALSE;
  pairs = g_strsplit (query, "&", -1);
  for (guint i = 0; pairs[i] != NULL; i++) {
    if (pairs[i][0] != '\0' && !parse_pair (&parsed, pairs[i], &seen, error))
      return FALSE;
  }
  *ret_uri = parsed;
  parsed = (GstVcUri){ 0 };
  return TRUE;
}

void
gst_vc_uri_clear (GstVcUri *uri)
{
  g_clear_pointer (&uri->prompt, g_free);
  g_clear_pointer (&uri->negative_prompt, g_free);
  g_clear_pointer (&uri->sampler, g_free);
}

char *
gst_vc_uri_format (const GstVcUri *uri)
{
  GString *text = g_string_new (PREFIX);
  char separator = '?';

  for (guint i = 0; keys[i] != NULL; i++) {
    gconstpointer field = (const guint8 *) uri + values[i].offset;
    gboolean is_text = values[i].max == 0;

    if (is_text ? *(char *const *) field == NULL
                : *(const gint64 *) field == GST_VC_URI_UNSET)
      continue;
    g_string_append_c (text, separator);
    g_string_append_printf (text, "%s=", keys[i]);
    if (is_text)
      g_string_append_uri_escaped (text, *(char *const *) field, NULL, FALSE);
    else
      g_string_append_printf (
          text, "%" G_GINT64_FORMAT, *(const gint64 *) field);
    separator = '&';
  }
  return g_string_free (text, FALSE);
}
