/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "failure.h"

#include <string.h>
#include <vctext.h>

#define NO_BREAK_SPACE "\302\240"

GQuark
failure_quark (void)
{
  return g_quark_from_static_string ("visioncraft-to-video-failure");
}

/* The source speaks of its properties, the programs have options. */
static char *
with_options (const char *text)
{
  static const struct
  {
    const char *property, *option;
  } names[] = {
    { ", or change the limit that it names", "" },
    { " Raise max-size if it should be accepted.", "" },
    { "ssl-ca-file or tls-database name further authorities to trust; "
      "ssl-strict=false switches the check off.",
        "--ca-file names further authorities to trust, --insecure switches "
        "the check off." },
    { "Check the network, api-url and proxy.",
        "Check the network, --api-url and --proxy." },
    { "Check api-url and the properties.", "Check --api-url." },
    { "Check api-url.", "Check --api-url." },
    { "Set api-url to", "Set --api-url to" },
    { "Check that api-url is", "Check that --api-url is" },
  };
  GString *result = g_string_new (text);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_string_replace (result, names[i].property, names[i].option, 0);
  return g_string_free (result, FALSE);
}

/* What the source says, with options for properties where the user has to act
 * on them. */
static GError *
of_service (const GError *error, const GstStructure *details)
{
  const char *text = NULL;
  guint status = 0, wait_s = 0;
  g_autofree char *answer = NULL;
  g_autofree char *sentence = with_options (error->message);

  if (details != NULL) {
    gst_structure_get_uint (details, "http-status-code", &status);
    gst_structure_get_uint (details, "retry-after", &wait_s);
    text = gst_structure_get_string (details, "server-message");
  }
  answer = text != NULL ? g_strdup_printf (" (%u: \"%s\")", status, text)
      : status != 0     ? g_strdup_printf (" (%u)", status)
                        : g_strdup ("");

  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS))
    return status != 0 ? g_error_new (FAILURE, FAILURE_REFUSED,
               "The service refused the request%s: change the option it names.",
               answer)
                       : g_error_new (FAILURE, FAILURE_USAGE, "%s", sentence);
  if (g_error_matches (
          error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED))
    return g_error_new (FAILURE, FAILURE_KEY,
        "The service does not let the API key do this%s: check the key "
        "(--set-token, VISIONCRAFT_TOKEN or --token-file), and the account's "
        "plan.",
        answer);
  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY)) {
    g_autofree char *when =
        wait_s != 0 ? g_strdup_printf ("in %u s", wait_s) : g_strdup ("later");

    return g_error_new (FAILURE, FAILURE_LATER,
        "The service is busy%s: try again %s.", answer, when);
  }
  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ))
    return g_error_new_literal (FAILURE, FAILURE_LATER, sentence);
  return g_error_new_literal (FAILURE, FAILURE_UNAVAILABLE, sentence);
}

static gboolean
is_about_output (const GError *error)
{
  static const int codes[] = {
    GST_RESOURCE_ERROR_OPEN_WRITE,
    GST_RESOURCE_ERROR_OPEN_READ_WRITE,
    GST_RESOURCE_ERROR_WRITE,
    GST_RESOURCE_ERROR_CLOSE,
    GST_RESOURCE_ERROR_SEEK,
    GST_RESOURCE_ERROR_SYNC,
    GST_RESOURCE_ERROR_NO_SPACE_LEFT,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, GST_RESOURCE_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

/* As a part of a sentence of ours; some have a full stop, some have not. */
static char *
sentence_part (const GError *error)
{
  char *text = g_strdup (error->message);

  if (g_str_has_suffix (text, "."))
    text[strlen (text) - 1] = '\0';
  return text;
}

GError *
failure_from_message (GstMessage *message, GstElement *source)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const GstStructure *details = NULL;

  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  if (GST_MESSAGE_SRC (message) == GST_OBJECT_CAST (source))
    return of_service (error, details);
  text = sentence_part (error);
  if (is_about_output (error))
    return g_error_new (FAILURE, FAILURE_OUTPUT,
        "The file cannot be written (%s): make room, or choose another place.",
        text);
  if (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)
      || g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE))
    return g_error_new (FAILURE, FAILURE_UNAVAILABLE,
        "The GIF cannot be converted (%s): nothing can be made of it.", text);
  return g_error_new (FAILURE, FAILURE_UNAVAILABLE,
      "The GIF cannot be converted (%s): choose another format; .gif keeps it "
      "as it is.",
      text);
}

char *
failure_printable (const char *text)
{
  char *printable = vc_text_one_line (text, -1);

  /* They come with sizes, and not every terminal has them. */
  for (char *at = printable; (at = strstr (at, NO_BREAK_SPACE)) != NULL;) {
    *at = ' ';
    memmove (at + 1, at + 2, strlen (at + 1));
  }
  return printable;
}
