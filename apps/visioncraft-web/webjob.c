/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webjobprivate.h"

#include "cachelist.h"
#include "webpipeline.h"

#include <libsoup/soup.h>

/* For the service's time limit, its download and the encoder together. */
#define DEADLINE_S 600

/* The service's GIFs have a few megabytes. */
#define GIF_SIZE_MAX "67108864"

static const char description[] =
    "visioncraftgifsrc name=source max-size=" GIF_SIZE_MAX " ! tee name=gif "
    "gif. ! giostreamsink name=file sync=false async=false "
    "gif. ! " WEB_DECODE
    " ! x264enc bframes=0 tune=zerolatency speed-preset=veryfast pass=qual "
    "quantizer=18 "
    "! mp4mux streamable=true fragment-duration=200 "
    "! appsink name=video sync=false async=false";

G_DEFINE_FINAL_TYPE (WebJob, web_job, G_TYPE_OBJECT)

static guint changed_signal;

static void
change (WebJob *job, WebJobState state)
{
  job->state = state;
  g_signal_emit (job, changed_signal, 0);
}

/* --- The pipeline --- */

static void
free_pipeline (WebJob *job)
{
  g_clear_handle_id (&job->deadline_id, g_source_remove);
  if (job->video_listener != 0)
    web_blob_remove_listener (job->video, job->video_listener);
  job->video_listener = 0;
  g_clear_object (&job->decoder);
  g_clear_pointer (&job->pipeline, web_pipeline_free);
}

/* Nothing of the job runs from here on; the next one may. */
static void
finish (WebJob *job, WebJobState state)
{
  free_pipeline (job);
  web_blob_finish (job->video);
  if (state == WEB_JOB_DONE) {
    job->gif = web_pipeline_take_collected (job->file);
    if (job->gif == NULL) {
      job->fault = web_fault_new (SOUP_STATUS_BAD_GATEWAY, "not-a-gif");
      state = WEB_JOB_FAILED;
    }
  }
  g_clear_object (&job->file);
  g_clear_handle_id (&job->linger_id, g_source_remove);
  g_clear_pointer (&job->place, web_queue_leave);
  change (job, state);
}

/* Takes @fault over. */
static void
fail (WebJob *job, WebFault *fault)
{
  job->fault = fault;
  finish (job, WEB_JOB_FAILED);
}

static gboolean
on_deadline (gpointer data)
{
  WebJob *job = data;

  job->deadline_id = 0;
  fail (job, web_fault_new (SOUP_STATUS_GATEWAY_TIMEOUT, "deadline"));
  return G_SOURCE_REMOVE;
}

static void
on_video (WebBlob *video, gpointer data)
{
  WebJob *job = data;

  if (job->state < WEB_JOB_STREAMING && web_blob_get_size (video) > 0)
    change (job, WEB_JOB_STREAMING);
}

static void
note_progress (WebJob *job, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  GstProgressType type;
  g_autofree char *code = NULL;

  gst_message_parse_progress (message, &type, &code, NULL);
  gst_structure_get_double (structure, "seconds", &job->seconds);
  gst_structure_get_uint64 (structure, "bytes", &job->bytes);
  gst_structure_get_uint64 (structure, "total", &job->total);
  if (job->state < WEB_JOB_STREAMING
      && (type == GST_PROGRESS_TYPE_START
          || type == GST_PROGRESS_TYPE_CONTINUE))
    change (job,
        g_str_equal (code, "download") ? WEB_JOB_DOWNLOADING
                                       : WEB_JOB_GENERATING);
}

static void
note_result (WebJob *job)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (job->decoder, "src");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  gint64 duration;

  if (caps != NULL) {
    const GstStructure *structure = gst_caps_get_structure (caps, 0);

    gst_structure_get_int (structure, "width", &job->width);
    gst_structure_get_int (structure, "height", &job->height);
  }
  if (gst_element_query_duration (job->decoder, GST_FORMAT_TIME, &duration))
    job->duration_ms = duration / GST_MSECOND;
}

static void
log_message (WebJob *job, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else
    gst_message_parse_warning (message, &error, &debug);
  g_message ("%.8s: %s (%s)", job->id, error->message, debug);
}

static void
on_message (GstMessage *message, gpointer data)
{
  g_autoptr (WebJob) job = g_object_ref (data);

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
      note_progress (job, message);
      break;
    case GST_MESSAGE_WARNING:
      log_message (job, message);
      job->damaged |= GST_MESSAGE_SRC (message) == GST_OBJECT (job->decoder);
      break;
    case GST_MESSAGE_ERROR:
      log_message (job, message);
      fail (job, web_fault_new_from_message (message));
      break;
    case GST_MESSAGE_EOS:
      note_result (job);
      finish (job, WEB_JOB_DONE);
      break;
    default:
      break;
  }
}

static void
set_up_source (WebJob *job)
{
  g_autoptr (GstElement) source =
      web_pipeline_ref_element (job->pipeline, "source");

  g_object_set (source, "prompt", job->prompt->prompt, "negative-prompt",
      job->prompt->negative_prompt, "sampler", job->prompt->sampler,
      "cfg-scale", job->prompt->cfg_scale, "steps", job->prompt->steps, "token",
      job->service->token, "cache-dir",
      job->service->gallery_dir != NULL ? job->service->gallery_dir : "",
      /* Somebody looks on: a busy service is better reported soon. */
      "retry-backoff-max", 2.0, NULL);
  /* Each click makes a new picture, whatever the environment says. */
  if (job->service->gallery_dir != NULL)
    job->variation = cache_list_take_variation (source, 0);
  if (job->service->api_url != NULL)
    g_object_set (source, "api-url", job->service->api_url, NULL);
}

/* --- The queue --- */

static void
on_turn (gpointer data)
{
  g_autoptr (WebJob) job = g_object_ref (data);
  g_autoptr (GError) error = NULL;

  job->pipeline = web_pipeline_new (description, on_message, job, &error);
  if (job->pipeline == NULL) {
    g_warning ("%s", error->message);
    fail (job, web_fault_new (SOUP_STATUS_INTERNAL_SERVER_ERROR, "setup"));
    return;
  }
  set_up_source (job);
  job->file = web_pipeline_collect (job->pipeline, "file");
  job->decoder = web_pipeline_ref_element (job->pipeline, "decoder");
  web_pipeline_append_to (job->pipeline, "video", job->video);
  job->video_listener = web_blob_add_listener (job->video, on_video, job);
  job->deadline_id = g_timeout_add_seconds (DEADLINE_S, on_deadline, job);
  web_pipeline_start (job->pipeline);
  change (job, WEB_JOB_GENERATING);
}

static void
on_moved (guint n_before, gpointer data)
{
  WebJob *job = data;

  if (n_before == job->n_before)
    return;
  job->n_before = n_before;
  change (job, WEB_JOB_QUEUED);
}

static const WebPlaceFuncs place_funcs = { on_turn, on_moved };

/* --- Those who look on --- */

/* Whether the service has the request. */
static gboolean
is_asked (WebJob *job)
{
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstStructure) stats = NULL;
  guint n = 0;

  if (job->pipeline == NULL)
    return FALSE;
  source = web_pipeline_ref_element (job->pipeline, "source");
  g_object_get (source, "stats", &stats, NULL);
  return stats != NULL && gst_structure_get_uint (stats, "requests", &n)
      && n > 0;
}

static gboolean
on_lingered (gpointer data)
{
  WebJob *job = data;

  job->linger_id = 0;
  if (job->service->gallery_dir == NULL || !is_asked (job))
    web_job_cancel (job);
  return G_SOURCE_REMOVE;
}

static void
linger (WebJob *job)
{
  if (!web_job_is_finished (job) && job->n_watchers == 0)
    job->linger_id = g_timeout_add_seconds (WEB_JOB_LINGER_S, on_lingered, job);
}

void
web_job_watch (WebJob *job)
{
  job->n_watchers++;
  g_clear_handle_id (&job->linger_id, g_source_remove);
}

void
web_job_unwatch (WebJob *job)
{
  g_return_if_fail (job->n_watchers > 0);

  job->n_watchers--;
  linger (job);
}

/* --- The object --- */

gboolean
web_job_check_elements (GError **error)
{
  g_autoptr (WebPipeline) pipeline =
      web_pipeline_new (description, NULL, NULL, error);

  return pipeline != NULL;
}

static char *
make_id (void)
{
  g_autofree char *uuid = g_uuid_string_random ();
  char **parts = g_strsplit (uuid, "-", -1);
  char *id = g_strjoinv (NULL, parts);

  g_strfreev (parts);
  return id;
}

WebJob *
web_job_new (const WebService *service, WebQueue *queue, const char *owner,
    WebPrompt *prompt)
{
  g_autoptr (WebJob) job = g_object_new (WEB_TYPE_JOB, NULL);

  job->service = service;
  job->prompt = prompt;
  job->n_before = web_queue_get_n_waiting (queue);
  job->place = web_queue_join (queue, owner, &place_funcs, job);
  if (job->place == NULL)
    return NULL;
  linger (job);
  return g_steal_pointer (&job);
}

WebJob *
web_job_new_stored (const WebStored *stored, WebPrompt *prompt)
{
  WebJob *job = g_object_new (WEB_TYPE_JOB, NULL);

  g_free (job->id);
  job->id = g_strdup (stored->id);
  job->prompt = prompt;
  job->state = WEB_JOB_DONE;
  job->created_s = stored->created_s;
  job->seconds = stored->seconds;
  job->width = stored->width;
  job->height = stored->height;
  job->duration_ms = stored->duration_ms;
  job->damaged = stored->damaged;
  job->gif = g_bytes_ref (stored->gif);
  if (stored->video != NULL)
    job->stored_video = g_bytes_ref (stored->video);
  web_blob_finish (job->video);
  return job;
}

static void
web_job_init (WebJob *job)
{
  job->id = make_id ();
  job->created_s = g_get_real_time () / G_USEC_PER_SEC;
  job->video = web_blob_new ();
  job->duration_ms = -1;
}

static void
web_job_finalize (GObject *object)
{
  WebJob *job = WEB_JOB (object);

  free_pipeline (job);
  g_clear_object (&job->file);
  g_clear_handle_id (&job->linger_id, g_source_remove);
  g_clear_pointer (&job->place, web_queue_leave);
  g_clear_pointer (&job->prompt, web_prompt_free);
  g_clear_pointer (&job->video, web_blob_unref);
  g_clear_pointer (&job->stored_video, g_bytes_unref);
  g_clear_pointer (&job->gif, g_bytes_unref);
  for (guint i = 0; i < WEB_N_FORMATS; i++)
    g_clear_pointer (&job->converted[i], g_bytes_unref);
  g_clear_pointer (&job->fault, web_fault_free);
  g_free (job->id);
  G_OBJECT_CLASS (web_job_parent_class)->finalize (object);
}

static void
web_job_class_init (WebJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = web_job_finalize;
  changed_signal = g_signal_new ("changed", WEB_TYPE_JOB, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 0);
}

void
web_job_cancel (WebJob *job)
{
  if (!web_job_is_finished (job))
    finish (job, WEB_JOB_CANCELED);
}
