/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "webjobprivate.h"

static const char *const state_names[] = { "queued", "generating",
  "downloading", "streaming", "done", "failed", "canceled" };

const char *
web_job_get_id (WebJob *job)
{
  return job->id;
}

const WebPrompt *
web_job_get_prompt (WebJob *job)
{
  return job->prompt;
}

WebJobState
web_job_get_state (WebJob *job)
{
  return job->state;
}

gboolean
web_job_is_finished (WebJob *job)
{
  return job->state >= WEB_JOB_DONE;
}

double
web_job_get_seconds (WebJob *job)
{
  return job->seconds;
}

const WebFault *
web_job_get_fault (WebJob *job)
{
  return job->fault;
}

GBytes *
web_job_ref_whole_video (WebJob *job)
{
  if (job->stored_video != NULL)
    return g_bytes_ref (job->stored_video);
  return web_blob_get_size (job->video) > 0 ? web_blob_flatten (job->video)
                                            : NULL;
}

void
web_job_describe (WebJob *job, WebStored *ret_stored)
{
  *ret_stored = (WebStored){ .id = job->id,
    .created_s = job->created_s,
    .seconds = job->seconds,
    .width = job->width,
    .height = job->height,
    .duration_ms = job->duration_ms,
    .damaged = job->damaged,
    .gif = job->gif };
}

guint
web_job_get_variation (WebJob *job)
{
  return job->variation;
}

void
web_job_use_stored (WebJob *job, GBytes *gif, GBytes *video)
{
  g_bytes_unref (job->gif);
  job->gif = g_bytes_ref (gif);
  g_clear_pointer (&job->stored_video, g_bytes_unref);
  job->stored_video = g_bytes_ref (video);
}

void
web_job_forget_memory (WebJob *job)
{
  if (job->stored_video == NULL || web_blob_get_size (job->video) == 0)
    return;
  web_blob_unref (job->video);
  job->video = web_blob_new ();
  web_blob_finish (job->video);
  for (guint i = 0; i < WEB_N_FORMATS; i++)
    g_clear_pointer (&job->converted[i], g_bytes_unref);
}

WebBlob *
web_job_get_video (WebJob *job)
{
  return job->video;
}

GBytes *
web_job_get_gif (WebJob *job)
{
  return job->gif;
}

GBytes *
web_job_get_converted (WebJob *job, WebFormat format)
{
  return job->converted[format];
}

void
web_job_set_converted (WebJob *job, WebFormat format, GBytes *bytes)
{
  g_clear_pointer (&job->converted[format], g_bytes_unref);
  job->converted[format] = g_bytes_ref (bytes);
}

gsize
web_job_get_size (WebJob *job)
{
  gsize size = web_blob_get_size (job->video);

  if (job->gif != NULL)
    size += g_bytes_get_size (job->gif);
  for (guint i = 0; i < WEB_N_FORMATS; i++) {
    if (job->converted[i] != NULL)
      size += g_bytes_get_size (job->converted[i]);
  }
  return size;
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_result_to (WebJob *job, JsonBuilder *builder)
{
  add_number (builder, "gif_bytes", g_bytes_get_size (job->gif));
  if (job->width > 0) {
    add_number (builder, "width", job->width);
    add_number (builder, "height", job->height);
  }
  if (job->duration_ms >= 0)
    add_number (builder, "duration_ms", job->duration_ms);
  json_builder_set_member_name (builder, "damaged");
  json_builder_add_boolean_value (builder, job->damaged);
}

void
web_job_add_to (WebJob *job, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, job->id);
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, state_names[job->state]);
  add_number (builder, "created", job->created_s);
  web_prompt_add_to (job->prompt, builder);
  json_builder_set_member_name (builder, "seconds");
  json_builder_add_double_value (builder, job->seconds);
  if (job->state == WEB_JOB_QUEUED)
    add_number (builder, "before", job->n_before);
  if (job->total > 0 && !web_job_is_finished (job)) {
    add_number (builder, "bytes", job->bytes);
    add_number (builder, "total", job->total);
  }
  if (job->state == WEB_JOB_DONE)
    add_result_to (job, builder);
  if (job->fault != NULL)
    web_fault_add_to (job->fault, builder);
}
