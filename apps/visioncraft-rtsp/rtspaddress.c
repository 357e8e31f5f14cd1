/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspaddress.h"

#define ID_LENGTH 16

void
rtsp_refusal_clear (RtspRefusal *refusal)
{
  g_clear_pointer (&refusal->reason, g_free);
}

gboolean
rtsp_refuse (
    RtspRefusal *refusal, GstRTSPStatusCode code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  refusal->code = code;
  g_free (refusal->reason);
  refusal->reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return FALSE;
}

void
rtsp_address_free (RtspAddress *address)
{
  g_free (address->id);
  g_free (address->prompt);
  g_free (address->negative_prompt);
  g_free (address->sampler);
  g_free (address);
}

static gboolean
take_text (
    char **field, const char *name, const char *value, RtspRefusal *refusal)
{
  if (*field != NULL)
    return rtsp_refuse (
        refusal, GST_RTSP_STS_BAD_REQUEST, "%s stands there twice.", name);
  if (g_utf8_strlen (value, -1) > RTSP_ADDRESS_MAX_PROMPT)
    return rtsp_refuse (refusal, GST_RTSP_STS_REQUEST_URI_TOO_LARGE,
        "%s is longer than %d characters.", name, RTSP_ADDRESS_MAX_PROMPT);
  *field = g_strdup (value);
  return TRUE;
}

static gboolean
take_number (int *field, const char *name, const char *value, int min, int max,
    RtspRefusal *refusal)
{
  gint64 number;

  if (*field >= 0)
    return rtsp_refuse (
        refusal, GST_RTSP_STS_BAD_REQUEST, "%s stands there twice.", name);
  if (!g_ascii_string_to_signed (value, 10, min, max, &number, NULL))
    return rtsp_refuse (refusal, GST_RTSP_STS_BAD_REQUEST,
        "%s has to be a whole number from %d to %d.", name, min, max);
  *field = (int) number;
  return TRUE;
}

static gboolean
take (RtspAddress *address, const char *name, const char *value,
    RtspRefusal *refusal)
{
  /* As the service writes them, too. */
  g_autofree char *plain = g_strdelimit (g_strdup (name), "_", '-');

  if (g_str_equal (plain, "prompt"))
    return take_text (&address->prompt, name, value, refusal);
  if (g_str_equal (plain, "negative-prompt"))
    return take_text (&address->negative_prompt, name, value, refusal);
  if (g_str_equal (plain, "sampler"))
    return take_text (&address->sampler, name, value, refusal);
  if (g_str_equal (plain, "cfg-scale"))
    return take_number (&address->cfg_scale, name, value, 0, 20, refusal);
  if (g_str_equal (plain, "steps"))
    return take_number (&address->steps, name, value, 1, 50, refusal);
  if (g_str_equal (plain, "token") || g_str_equal (plain, "token-file"))
    return rtsp_refuse (refusal, GST_RTSP_STS_FORBIDDEN,
        "The API key has no place in an address; the server has its own.");
  return rtsp_refuse (refusal, GST_RTSP_STS_PARAMETER_NOT_UNDERSTOOD,
      "Known are prompt, negative-prompt, sampler, cfg-scale and steps.");
}

/* A form's coding: "+" is a space. Decodes to valid UTF-8 or fails. */
static gboolean
read_query (RtspAddress *address, const char *query, RtspRefusal *refusal)
{
  g_autoptr (GError) error = NULL;
  GUriParamsIter iter;
  char *name, *value;

  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_WWW_FORM);
  while (g_uri_params_iter_next (&iter, &name, &value, &error)) {
    gboolean taken = take (address, name, value, refusal);

    g_free (name);
    g_free (value);
    if (!taken)
      return FALSE;
  }
  if (error != NULL)
    return rtsp_refuse (refusal, GST_RTSP_STS_BAD_REQUEST,
        "The address is not well coded: %s", error->message);
  return TRUE;
}

/* Says what was asked, not how it was written. */
static char *
make_id (const RtspAddress *address)
{
  g_autofree char *whole =
      g_strdup_printf ("%s\n%s\n%s\n%d\n%d", address->prompt,
          address->negative_prompt != NULL ? address->negative_prompt : "",
          address->sampler != NULL ? address->sampler : "", address->cfg_scale,
          address->steps);
  g_autofree char *sum =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

  return g_strndup (sum, ID_LENGTH);
}

RtspAddress *
rtsp_address_parse (const char *query, RtspRefusal *refusal)
{
  g_autoptr (RtspAddress) address = g_new0 (RtspAddress, 1);

  address->cfg_scale = -1;
  address->steps = -1;
  if (query != NULL && !read_query (address, query, refusal))
    return NULL;
  if (address->prompt != NULL)
    g_strstrip (address->prompt);
  if (address->prompt == NULL || address->prompt[0] == '\0') {
    rtsp_refuse (refusal, GST_RTSP_STS_BAD_REQUEST,
        "The address has to say what to show: " RTSP_ADDRESS_PATH
        "?prompt=a+fox+in+the+snow");
    return NULL;
  }
  address->id = make_id (address);
  return g_steal_pointer (&address);
}
