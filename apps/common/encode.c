/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encode.h"

#include "failure.h"
#include "gifcomment.h"
#include "joincomments.h"
#include "pngtext.h"

#include <gst/app/gstappsrc.h>

struct _Encode
{
  Output *output;          /* not owned */
  EncodePipeline pipeline; /* empty for GIF */
  GstTagList *tags;
  char *comment; /* of @tags and the GIF; NULL: the GIF has none */
  guint watch;   /* of the bus */
  guint idle;    /* where the end is known at the start */
  GError *error; /* then */
  EncodeFunc func;
  gpointer data;
};

static gboolean
is_gif (Encode *encode)
{
  return output_get_format (encode->output)->id == FORMAT_GIF;
}

static gboolean
is_png (Encode *encode)
{
  FormatId format = output_get_format (encode->output)->id;

  return format == FORMAT_PNG || format == FORMAT_PNGS;
}

Encode *
encode_new (Output *output, const EncodeSettings *settings, GError **error)
{
  g_autoptr (Encode) encode = g_new0 (Encode, 1);

  encode->output = output;
  if (!is_gif (encode)
      && !encode_pipeline_build (&encode->pipeline, output, settings, error))
    return NULL;
  return g_steal_pointer (&encode);
}

void
encode_free (Encode *encode)
{
  if (encode == NULL)
    return;
  g_clear_handle_id (&encode->watch, g_source_remove);
  g_clear_handle_id (&encode->idle, g_source_remove);
  encode_pipeline_clear (&encode->pipeline);
  g_clear_pointer (&encode->tags, gst_tag_list_unref);
  g_free (encode->comment);
  g_clear_error (&encode->error);
  g_free (encode);
}

static void
keep_comment (Encode *encode)
{
  g_autoptr (GstPad) pad =
      gst_element_get_static_pad (encode->pipeline.decoder, "src");

  comments_join (pad, encode->tags, &encode->comment);
}

/* The muxers have written the tags; pngenc has no place for them. */
static gboolean
write_png_text (Encode *encode, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;

  if (encode->tags == NULL || !is_png (encode))
    return TRUE;
  if (encode->comment != NULL) {
    encode->tags = gst_tag_list_make_writable (encode->tags);
    gst_tag_list_add (encode->tags, GST_TAG_MERGE_REPLACE, GST_TAG_COMMENT,
        encode->comment, NULL);
  }
  names = output_list (encode->output);
  for (guint i = 0; i < names->len; i++) {
    g_autoptr (GBytes) png =
        output_read (encode->output, names->pdata[i], error);
    g_autoptr (GBytes) with_text =
        png != NULL ? png_text_add (png, encode->tags) : NULL;

    if (png == NULL
        || !output_write (encode->output, names->pdata[i], with_text, error))
      return FALSE;
  }
  return TRUE;
}

/* @encode may be gone afterwards. */
static void
end (Encode *encode, GError *error_taken)
{
  g_autoptr (GError) error = error_taken;

  /* Before anybody reads what it has written. */
  encode_pipeline_clear (&encode->pipeline);
  if (error == NULL)
    write_png_text (encode, &error);
  encode->func (encode, error, encode->data);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Encode *encode = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GError *error = failure_from_message (message, NULL);
    char *shown = output_hide (encode->output, error->message);

    g_free (error->message);
    error->message = shown;
    encode->watch = 0;
    end (encode, error);
    return G_SOURCE_REMOVE;
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    encode->watch = 0;
    end (encode, NULL);
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_idle (gpointer data)
{
  Encode *encode = data;

  encode->idle = 0;
  end (encode, g_steal_pointer (&encode->error));
  return G_SOURCE_REMOVE;
}

static void
feed (Encode *encode, GBytes *gif)
{
  GstAppSrc *source = GST_APP_SRC (encode->pipeline.source);
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (gif);

  GST_BUFFER_OFFSET (buffer) = 0;
  gst_app_src_set_size (source, (gint64) g_bytes_get_size (gif));
  if (encode->tags != NULL)
    gst_element_send_event (encode->pipeline.source,
        gst_event_new_tag (gst_tag_list_ref (encode->tags)));
  gst_app_src_push_buffer (source, buffer);
  gst_app_src_end_of_stream (source);
}

/* The muxers of GStreamer 1.22 write a title and no description. The source's
 * title ends after 80 characters: here it becomes the whole prompt, on one
 * line. */
static GstTagList *
copy_tags (Encode *encode, const GstTagList *tags)
{
  GstTagList *copy = gst_tag_list_copy (tags);
  g_autofree char *prompt = NULL;

  if (is_png (encode)
      || !gst_tag_list_get_string (tags, GST_TAG_DESCRIPTION, &prompt))
    return copy;
  for (char *c = prompt; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  g_strstrip (prompt);
  gst_tag_list_add (copy, GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, prompt, NULL);
  return copy;
}

void
encode_start (Encode *encode, GBytes *gif, const GstTagList *tags,
    EncodeFunc func, gpointer data)
{
  g_autoptr (GstBus) bus = NULL;

  encode->func = func;
  encode->data = data;
  if (is_gif (encode)) {
    g_autoptr (GBytes) with_comment =
        tags != NULL ? gif_comment_add (gif, tags) : g_bytes_ref (gif);

    output_write (encode->output, output_get_name (encode->output),
        with_comment, &encode->error);
    encode->idle = g_idle_add (on_idle, encode);
    return;
  }
  encode->tags = tags != NULL ? copy_tags (encode, tags) : NULL;
  if (encode->tags != NULL)
    keep_comment (encode);
  bus = gst_element_get_bus (encode->pipeline.pipeline);
  encode->watch = gst_bus_add_watch (bus, on_message, encode);
  feed (encode, gif);
  if (gst_element_set_state (encode->pipeline.pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE)
    return;
  /* Mostly an error message has been posted. */
  gst_bus_post (bus,
      gst_message_new_error (NULL,
          g_error_new_literal (GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
              "GStreamer does not start"),
          NULL));
}

double
encode_get_fraction (Encode *encode)
{
  GstElement *decoder = encode->pipeline.decoder;
  gint64 position, duration;

  if (decoder == NULL
      || !gst_element_query_position (decoder, GST_FORMAT_TIME, &position)
      || !gst_element_query_duration (decoder, GST_FORMAT_TIME, &duration)
      || position < 0 || duration <= 0)
    return -1;
  return CLAMP ((double) position / (double) duration, 0, 1);
}
