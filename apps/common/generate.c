/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "generate.h"

#include "cachelist.h"
#include "failure.h"
#include "giftap.h"

#include <vcredact.h>

struct _Generate
{
  GstElement *pipeline;
  GstElement *source; /* of @pipeline */
  gboolean is_new;
  GifTap *tap;
  GstTagList *tags;
  guint watch; /* of the bus */
  GenerateFailure failure;
  const char *secret;
  GenerateMessageFunc on_message;
  GenerateFunc func;
  gpointer data;
};

static void
set_string (GstElement *source, const char *property, const char *value)
{
  if (value != NULL)
    g_object_set (source, property, value, NULL);
}

/* With their own types: no text of the user's is ever parsed. */
static void
set_properties (GstElement *source, const GenerateRequest *request)
{
  set_string (source, "prompt", request->prompt);
  set_string (source, "negative-prompt", request->negative_prompt);
  set_string (source, "sampler", request->sampler);
  set_string (source, "api-url", request->api_url);
  set_string (source, "token", request->token);
  set_string (source, "ssl-ca-file", request->ca_file);
  set_string (source, "proxy", request->proxy);
  /* "": not the environment's either. */
  g_object_set (source, "cache-dir",
      request->cache_dir != NULL ? request->cache_dir : "", "variation",
      request->variation, NULL);
  g_object_set (source, "ssl-strict", !request->insecure, "keep-alive",
      !request->closes, NULL);
  if (request->steps != -1)
    g_object_set (source, "steps", request->steps, NULL);
  if (request->cfg_scale != -1)
    g_object_set (source, "cfg-scale", request->cfg_scale, NULL);
  if (request->retries != -1)
    g_object_set (source, "retries", (guint) request->retries, NULL);
}

static GstElement *
make (Generate *generate, const char *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    g_set_error (error, FAILURE, FAILURE_UNAVAILABLE,
        "The GStreamer element \"%s\" is missing: install the plugins of "
        "gst-visioncraft and gstreamer.",
        factory);
  else
    gst_bin_add (GST_BIN (generate->pipeline), element);
  return element;
}

/* One for each run: it holds what the run brought. */
static void
add_tap (Generate *generate)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (generate->source, "src");

  g_clear_pointer (&generate->tap, gif_tap_free);
  generate->tap = gif_tap_new (pad);
}

Generate *
generate_new (const GenerateRequest *request, GError **error)
{
  g_autoptr (Generate) generate = g_new0 (Generate, 1);
  GstElement *sink;

  generate->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  if ((generate->source = make (generate, "visioncraftgifsrc", error)) == NULL
      || (sink = make (generate, "fakesink", error)) == NULL)
    return NULL;
  set_properties (generate->source, request);
  g_object_set (sink, "sync", FALSE, NULL);
  gst_element_link (generate->source, sink);
  add_tap (generate);
  generate->tags = gst_tag_list_new_empty ();
  generate->is_new = request->is_new;
  generate->secret = request->secret;
  if (request->is_new)
    cache_list_take_variation (generate->source, request->variation);
  return g_steal_pointer (&generate);
}

void
generate_free (Generate *generate)
{
  if (generate == NULL)
    return;
  g_clear_handle_id (&generate->watch, g_source_remove);
  gst_element_set_state (generate->pipeline, GST_STATE_NULL);
  g_clear_pointer (&generate->tap, gif_tap_free);
  g_clear_pointer (&generate->tags, gst_tag_list_unref);
  gst_object_unref (generate->pipeline);
  g_free (generate);
}

static void
play (Generate *generate)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (generate->pipeline);
  g_autoptr (GError) error = NULL;

  if (gst_element_set_state (generate->pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE)
    return;
  /* The source has posted why; this one counts where it has not. */
  error = g_error_new_literal (
      GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE, "GStreamer does not start");
  gst_bus_post (bus, gst_message_new_error (NULL, error, NULL));
}

/* @generate may be gone afterwards. */
static void
end (Generate *generate, GError *error_taken)
{
  g_autoptr (GError) error = error_taken;
  g_autoptr (GBytes) gif =
      error == NULL ? gif_tap_get_bytes (generate->tap) : NULL;

  generate->func (generate, gif, generate->tags, error, generate->data);
}

static void
take_tags (Generate *generate, GstMessage *message)
{
  g_autoptr (GstTagList) tags = NULL;

  gst_message_parse_tag (message, &tags);
  gst_tag_list_insert (generate->tags, tags, GST_TAG_MERGE_REPLACE);
}

/* Another program was making just this picture, and was faster. */
static gboolean
is_anothers (Generate *generate)
{
  return generate->is_new && generate_was_cached (generate);
}

static void
take_next (Generate *generate)
{
  gst_element_set_state (generate->pipeline, GST_STATE_NULL);
  add_tap (generate);
  cache_list_take_variation (
      generate->source, generate_get_variation (generate) + 1);
  play (generate);
}

static void
take_failure (Generate *generate, GstMessage *message)
{
  GenerateFailure *failure = &generate->failure;
  const GstStructure *details = NULL;
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  failure->busy =
      g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY);
  gst_message_parse_error_details (message, &details);
  if (details == NULL)
    return;
  gst_structure_get (
      details, "http-status-code", G_TYPE_UINT, &failure->status, NULL);
  gst_structure_get (
      details, "retry-after", G_TYPE_UINT, &failure->retry_after_s, NULL);
  gst_structure_get (
      details, "maybe-billed", G_TYPE_BOOLEAN, &failure->billed, NULL);
  failure->downloading =
      g_strcmp0 (gst_structure_get_string (details, "phase"), "download") == 0;
}

/* Takes @error. */
static GError *
without_secret (Generate *generate, GError *error)
{
  const char *const secrets[] = { generate->secret, NULL };
  char *text = vc_redact (error->message, secrets);

  g_free (error->message);
  error->message = text;
  return error;
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Generate *generate = data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
    case GST_MESSAGE_WARNING:
      if (generate->on_message != NULL)
        generate->on_message (message, generate->data);
      return G_SOURCE_CONTINUE;
    case GST_MESSAGE_TAG:
      take_tags (generate, message);
      return G_SOURCE_CONTINUE;
    case GST_MESSAGE_ERROR: /* what follows the first is its consequence */
      generate->watch = 0;
      take_failure (generate, message);
      end (generate,
          without_secret (
              generate, failure_from_message (message, generate->source)));
      return G_SOURCE_REMOVE;
    case GST_MESSAGE_EOS:
      if (is_anothers (generate)) {
        take_next (generate);
        return G_SOURCE_CONTINUE;
      }
      generate->watch = 0;
      end (generate, NULL);
      return G_SOURCE_REMOVE;
    default:
      return G_SOURCE_CONTINUE;
  }
}

void
generate_start (Generate *generate, GenerateMessageFunc on_progress,
    GenerateFunc func, gpointer data)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (generate->pipeline);

  generate->on_message = on_progress;
  generate->func = func;
  generate->data = data;
  generate->watch = gst_bus_add_watch (bus, on_message, generate);
  play (generate);
}

void
generate_get_failure (Generate *generate, GenerateFailure *ret_failure)
{
  *ret_failure = generate->failure;
}

guint
generate_get_variation (Generate *generate)
{
  guint variation;

  g_object_get (generate->source, "variation", &variation, NULL);
  return variation;
}

gboolean
generate_was_cached (Generate *generate)
{
  g_autoptr (GstStructure) stats = NULL;
  gboolean cached = FALSE;

  g_object_get (generate->source, "stats", &stats, NULL);
  return stats != NULL && gst_structure_get_boolean (stats, "cached", &cached)
      && cached;
}
