/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webdownload.h"

#include "gifcomment.h"
#include "webclient.h"
#include "webreply.h"

static const struct
{
  const char *extension; /* NULL: no file to save */
  const char *type;
} formats[WEB_N_FORMATS] = {
  [WEB_FORMAT_MP4] = { "mp4", "video/mp4" },
  [WEB_FORMAT_WEBM] = { "webm", "video/webm" },
  [WEB_FORMAT_JPEG] = { NULL, "image/jpeg" },
};

/* One reply that waits for its conversion. */
typedef struct
{
  SoupServerMessage *message; /* borrowed from the client's watch */
  WebJob *job;
  WebFormat format;
  WebPlace *place;
  WebConvert *convert;
} Download;

static void
reply_file (SoupServerMessage *message, WebJob *job, const char *extension,
    const char *type, GBytes *bytes)
{
  g_autofree char *name = NULL, *disposition = NULL;

  if (extension != NULL) {
    name = web_prompt_make_file_name (web_job_get_prompt (job), extension);
    disposition = g_strdup_printf ("attachment; filename=\"%s\"", name);
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message),
        "Content-Disposition", disposition);
  }
  web_reply_bytes (message, type, WEB_CACHE_FOREVER, bytes);
}

void
web_download_gif (SoupServerMessage *message, WebJob *job)
{
  g_autoptr (GstTagList) tags = web_prompt_make_tags (web_job_get_prompt (job));
  g_autoptr (GBytes) gif = gif_comment_add (web_job_get_gif (job), tags);

  reply_file (message, job, "gif", "image/gif", gif);
}

static void
download_gone (gpointer data)
{
  Download *download = data;

  g_clear_pointer (&download->convert, web_convert_free);
  g_clear_pointer (&download->place, web_queue_leave);
  g_object_unref (download->job);
  g_free (download);
}

static void
reply_converted (Download *download, GBytes *bytes)
{
  reply_file (download->message, download->job,
      formats[download->format].extension, formats[download->format].type,
      bytes);
  soup_server_message_unpause (download->message);
}

static void
on_converted (GBytes *bytes, const WebFault *fault, gpointer data)
{
  Download *download = data;

  g_clear_pointer (&download->convert, web_convert_free);
  g_clear_pointer (&download->place, web_queue_leave);
  if (fault != NULL) {
    web_reply_fault (
        download->message, web_fault_new (fault->status, fault->kind));
    soup_server_message_unpause (download->message);
    return;
  }
  web_job_set_converted (download->job, download->format, bytes);
  reply_converted (download, bytes);
}

static void
on_turn (gpointer data)
{
  Download *download = data;
  GBytes *bytes = web_job_get_converted (download->job, download->format);
  g_autoptr (GstTagList) tags =
      web_prompt_make_tags (web_job_get_prompt (download->job));

  /* Somebody else may have asked for it, and was before us. */
  if (bytes != NULL) {
    g_clear_pointer (&download->place, web_queue_leave);
    reply_converted (download, bytes);
    return;
  }
  download->convert = web_convert_new (download->format,
      web_job_get_gif (download->job), tags, on_converted, download);
}

static const WebPlaceFuncs place_funcs = { on_turn, NULL };

void
web_download_converted (SoupServerMessage *message, WebJob *job,
    WebFormat format, WebQueue *queue, const char *owner)
{
  GBytes *bytes = web_job_get_converted (job, format);
  Download *download;

  if (bytes != NULL) {
    reply_file (
        message, job, formats[format].extension, formats[format].type, bytes);
    return;
  }
  download = g_new0 (Download, 1);
  download->place = web_queue_join (queue, owner, &place_funcs, download);
  if (download->place == NULL) {
    g_free (download);
    web_reply_fault (
        message, web_fault_new (SOUP_STATUS_SERVICE_UNAVAILABLE, "queue-full"));
    return;
  }
  download->message = message;
  download->job = g_object_ref (job);
  download->format = format;
  soup_server_message_pause (message);
  web_client_watch (message, download_gone, download);
}
