/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elements.h"
#include "gstvccontext.h"
#include "gstvcheaders.h"
#include "gstvcmessages.h"
#include "gstvcsettings.h"
#include "gstvctags.h"

#include <string.h>

/* A report of a job that has seen everything; nothing in it is owned. */
static VcReport
sample_report (VcPhase phase)
{
  static char name[] = "Content-Type", value[] = "image/gif", words[] = "no";
  static char address[] = "https://visioncraft.top/gifs/1.gif";
  static char *headers[] = { name, value, NULL };
  static gpointer addresses[] = { address };
  static GPtrArray images = { addresses, G_N_ELEMENTS (addresses) };

  return (VcReport){ .phase = phase,
    .requests = 1,
    .attempts = 1,
    .status = 200,
    .retry_after_s = 30,
    .server_message = words,
    .waited_s = 31,
    .generate_s = 30,
    .bytes = 524288,
    .total = 1048576,
    .images = &images,
    .headers = headers };
}

static gboolean
append_field (GQuark name, const GValue *value, gpointer page)
{
  g_string_append_printf (page, "%s`%s` (%s)",
      ((GString *) page)->str[((GString *) page)->len - 1] == ' ' ? "" : ", ",
      g_quark_to_string (name), type_words (G_VALUE_TYPE (value)));
  return TRUE;
}

static void
append_fields (GString *page, const GstStructure *structure)
{
  gst_structure_foreach (structure, append_field, page);
}

/* --- URIs --- */

static void
append_uris (GString *page)
{
  const char *const *keys = gst_vc_uri_get_keys ();
  g_autoptr (GstElement) element = gst_object_ref_sink (
      gst_element_factory_make ("visioncraftgifsrc", NULL));
  g_autofree char *example = NULL;

  g_object_set (element, "prompt", "a fox, 100% real", NULL);
  example = gst_uri_handler_get_uri (GST_URI_HANDLER (element));
  g_string_append (page,
      "### URIs\n\n"
      "A URI is a whole request: what it does not name gets "
      "its default. Where the request goes and who pays are "
      "properties; a secret in a URI is refused.\n\n");
  g_string_append_printf (page,
      "```\n" GST_VC_URI_SCHEME "://" GST_VC_URI_HOST "?KEY=VALUE&…\n%s\n"
      "```\n\n",
      example);
  g_string_append (page, "Keys:");
  for (; *keys != NULL; keys++)
    g_string_append_printf (
        page, " [`%s`](#%s)%s", *keys, *keys, keys[1] != NULL ? "," : "");
  g_string_append (page,
      ", each at most once, with `_` for `-` if you like. Values are UTF-8, "
      "percent-encoded (`%20` is a space, `%26` an `&`, `%23` a `#`, `%25` a "
      "`%`); `+` stays a plus. Anything else is `GST_URI_ERROR_BAD_URI` and "
      "names the key; above READY it is `GST_URI_ERROR_BAD_STATE`.\n\n");
}

/* --- Messages --- */

static const struct
{
  GstProgressType type;
  VcPhase phase;
  const char *when;
} progress[] = {
  { GST_PROGRESS_TYPE_START, VC_PHASE_SETTINGS, "the run begins" },
  { GST_PROGRESS_TYPE_CONTINUE, VC_PHASE_GENERATE,
      "about once a second during the generation" },
  { GST_PROGRESS_TYPE_CONTINUE, VC_PHASE_DOWNLOAD,
      "when the download begins, then about once a second" },
  { GST_PROGRESS_TYPE_COMPLETE, VC_PHASE_DONE, "the GIF is there" },
  { GST_PROGRESS_TYPE_ERROR, VC_PHASE_REPLY, "after the error message" },
  { GST_PROGRESS_TYPE_CANCELED, VC_PHASE_GENERATE,
      "the element was stopped, or sent EOS, before that" },
};

static void
append_progress (GString *page, GstElement *element, GstBus *bus)
{
  g_autoptr (GString) fields = g_string_new (" ");

  g_string_append (page,
      "`GST_MESSAGE_PROGRESS` tells how far a run is. After START comes "
      "exactly one of COMPLETE, ERROR and CANCELED.\n\n"
      "| type | code | text, for example | when |\n"
      "|---|---|---|---|\n");
  for (guint i = 0; i < G_N_ELEMENTS (progress); i++) {
    VcReport report = sample_report (progress[i].phase);
    g_autoptr (GstMessage) message = NULL;
    g_autofree char *code = NULL;
    g_autofree char *text = NULL;
    g_autoptr (GEnumClass) types = g_type_class_ref (GST_TYPE_PROGRESS_TYPE);

    gst_vc_post_progress (element, progress[i].type, &report);
    message = gst_bus_pop (bus);
    gst_message_parse_progress (message, NULL, &code, &text);
    g_string_append_printf (page, "| %s | `%s` | %s | %s |\n",
        g_enum_get_value (types, progress[i].type)->value_nick, code, text,
        progress[i].when);
    g_string_truncate (fields, 1);
    append_fields (fields, gst_message_get_structure (message));
  }
  g_string_append_printf (page, "\nFields:%s.\n\n", fields->str);
}

static void
append_structures (GString *page, GstElement *element, GstBus *bus)
{
  VcReport report = sample_report (VC_PHASE_DONE);
  g_autoptr (GstStructure) headers = gst_vc_headers_new (&report);
  g_autoptr (GstStructure) stats = gst_vc_stats_new (&report);
  g_autoptr (GstMessage) generated = NULL;

  gst_vc_post_generated (element, &report);
  generated = gst_bus_pop (bus);
  g_string_append (page, "Element messages:\n\n");
  g_string_append_printf (page, "- `%s`, when the GIF is there: ",
      gst_structure_get_name (gst_message_get_structure (generated)));
  append_fields (page, gst_message_get_structure (generated));
  g_string_append_printf (page,
      ".\n- `%s`, when the download begins, and as a sticky event ahead of the "
      "first bytes: ",
      gst_structure_get_name (headers));
  append_fields (page, headers);
  g_string_append (page,
      ". `uri` is left out where the service's reply was the GIF itself.\n\n");
  g_string_append_printf (page,
      "The [`stats`](#stats) property is a structure `%s`: ",
      gst_structure_get_name (stats));
  append_fields (page, stats);
  g_string_append (page, ".\n\n");
}

/* --- Errors --- */

/* What the cause says itself; the advice follows. */
#define SAMPLE_TEXT "It failed."

static const char *
code_name (const GError *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (
      error->domain == GST_STREAM_ERROR ? GST_TYPE_STREAM_ERROR
                                        : GST_TYPE_RESOURCE_ERROR);

  return g_enum_get_value (codes, error->code)->value_name + strlen ("GST_");
}

static void
append_errors (
    GString *page, GstElement *element, GstBus *bus, const char *error_header)
{
  g_auto (GStrv) causes =
      comments_of_enum (error_header, "VC_ERROR_PARAMETER,");
  const GstStructure *details = NULL;
  g_autoptr (GString) fields = g_string_new (" ");

  g_string_append (page,
      "### Errors\n\n"
      "A run that fails posts exactly one error message.\n\n"
      "| cause | error | what its text advises |\n"
      "|---|---|---|\n");
  for (int i = 0; causes[i] != NULL; i++) {
    VcReport report = sample_report (VC_PHASE_CONNECT);
    g_autoptr (GError) cause = g_error_new_literal (VC_ERROR, i, SAMPLE_TEXT);
    g_autoptr (GError) error = NULL;
    g_autoptr (GstMessage) message = NULL;

    gst_vc_post_error (element, cause, &report);
    message = gst_bus_pop (bus);
    gst_message_parse_error (message, &error, NULL);
    if (i == 0) {
      gst_message_parse_error_details (message, &details);
      append_fields (fields, details);
    }
    g_string_append_printf (page, "| %s | `%s` | %s |\n", causes[i],
        code_name (error), g_strstrip (error->message + strlen (SAMPLE_TEXT)));
  }
  g_string_append_printf (page,
      "\nIts details (`gst_message_parse_error_details()`), as far as known:%s."
      "\n\n",
      fields->str);
}

/* --- Tags, context --- */

static void
append_tag (const GstTagList *tags, const char *tag, gpointer page)
{
  g_autofree char *text = NULL;

  if (gst_tag_get_type (tag) != G_TYPE_STRING)
    text = g_strdup ("now");
  else
    gst_tag_list_get_string (tags, tag, &text);
  g_string_append_printf (page, "| `%s` | %s |\n", tag, text);
}

static void
append_tags (GString *page)
{
  g_autoptr (VcRequest) request = vc_request_new ();
  g_autoptr (GstTagList) tags = NULL;

  request->prompt = g_strdup ("a fox");
  request->negative_prompt = g_strdup ("blur");
  request->sampler = g_strdup ("Euler");
  request->cfg_scale = 10;
  request->steps = 30;
  tags = gst_vc_tags_new (request);
  gst_vc_tags_complete (tags, "the GIF's address, with `tag-location` only");
  g_string_append_printf (page,
      "### Tags\n\n"
      "Sent ahead of the first bytes unless `send-tags` is off; of a prompt "
      "of more than %d characters, the title has the beginning.\n\n"
      "| tag | for example |\n|---|---|\n",
      GST_VC_TITLE_CHARS);
  gst_tag_list_foreach (tags, append_tag, page);
  g_string_append_c (page, '\n');
}

static void
append_context (GString *page)
{
  g_string_append (page,
      "### Context\n\n"
      "Elements of one process share a network thread and its connections. An "
      "application that wants its own `SoupSession` (libsoup 3) to be used "
      "hands it in, with `gst_element_set_context()` on the element or a bin "
      "around it, or in answer to the `GST_MESSAGE_NEED_CONTEXT` that each run "
      "begins with:\n\n"
      "```c\n"
      "GstContext *context = gst_context_new (\"" GST_VC_CONTEXT_SESSION
      "\", TRUE);\n"
      "gst_structure_set (gst_context_writable_structure (context),\n"
      "    \"" GST_VC_CONTEXT_SESSION_FIELD
      "\", SOUP_TYPE_SESSION, session, NULL);\n"
      "gst_element_set_context (pipeline, context);\n"
      "```\n\n"
      "It serves from the next run on. The requests are sent on the network "
      "thread, and the session's own time limits, proxies and certificates "
      "apply. The element's own session is published nowhere.\n\n");
}

void
append_source_extras (GString *page, const char *error_header)
{
  /* Any element will do to see messages; ours lets one error pass for each
   * run. */
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_bin_new (NULL));
  g_autoptr (GstBus) bus = gst_bus_new ();

  gst_element_set_bus (element, bus);
  append_uris (page);
  g_string_append (page, "### Messages\n\n");
  append_progress (page, element, bus);
  append_structures (page, element, bus);
  append_errors (page, element, bus, error_header);
  append_tags (page);
  append_context (page);
}
