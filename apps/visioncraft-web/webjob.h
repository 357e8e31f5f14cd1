/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webblob.h"
#include "webconvert.h"
#include "webprompt.h"
#include "webqueue.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  WEB_JOB_QUEUED,
  WEB_JOB_GENERATING, /* the service works */
  WEB_JOB_DOWNLOADING,
  WEB_JOB_STREAMING, /* the video has begun */
  WEB_JOB_DONE,
  WEB_JOB_FAILED,
  WEB_JOB_CANCELED,
} WebJobState;

/* One generation: its wait for a turn, its one pipeline, what came of it. It
 * lives for those who watch it: unfinished and unwatched for WEB_JOB_LINGER_S
 * seconds it is canceled, unless it is paid for and the gallery keeps it. The signal "changed" reports everything new. Main
 * thread only. */
#define WEB_TYPE_JOB (web_job_get_type ())
G_DECLARE_FINAL_TYPE (WebJob, web_job, WEB, JOB, GObject)

#define WEB_JOB_LINGER_S 10

/* How jobs reach the service. Kept, not copied. */
typedef struct
{
  const char *api_url; /* NULL: visioncraftgifsrc's default */
  const char *token;
  const char *gallery_dir; /* NULL: only in memory */
} WebService;

/* Whether every element that generations need is there; @error names the
 * missing one. */
gboolean web_job_check_elements (GError **error);

/* Takes @prompt over and joins @queue for @owner; NULL when there is no place.
 * Both @queue and @service outlive the job. */
WebJob *web_job_new (const WebService *service, WebQueue *queue,
    const char *owner, WebPrompt *prompt);

/* A generation of an earlier day. All of it is borrowed. */
typedef struct
{
  const char *id;
  gint64 created_s; /* Unix time */
  double seconds;
  int width, height;  /* 0: not known */
  gint64 duration_ms; /* -1: not known */
  gboolean damaged;
  GBytes *gif, *video; /* @video may be NULL */
} WebStored;

/* That one as a job that is done. Takes @prompt over. Transfer full. */
WebJob *web_job_new_stored (const WebStored *stored, WebPrompt *prompt);

/* The same of a job that is done, without its video. */
void web_job_describe (WebJob *job, WebStored *ret_stored);

/* Which picture of its prompt it is, see visioncraftgifsrc's "variation". */
guint web_job_get_variation (WebJob *job);

/* From now on @gif and @video are its bytes, which a file may hold. */
void web_job_use_stored (WebJob *job, GBytes *gif, GBytes *video);

/* Frees what can be had from files, or made again. */
void web_job_forget_memory (WebJob *job);

/* A long random name that nobody guesses. Owned by the job. */
const char *web_job_get_id (WebJob *job);
const WebPrompt *web_job_get_prompt (WebJob *job);
WebJobState web_job_get_state (WebJob *job);

/* Whether nothing will change any more. */
gboolean web_job_is_finished (WebJob *job);

/* How long the service took, as far as it is known. */
double web_job_get_seconds (WebJob *job);

/* Why it failed; NULL: it did not. Owned by the job. */
const WebFault *web_job_get_fault (WebJob *job);

/* The fragmented MP4, which grows until the job is finished. Owned by the job. */
WebBlob *web_job_get_video (WebJob *job);

/* All of it, when the job is done; NULL: there is none. Transfer full. */
GBytes *web_job_ref_whole_video (WebJob *job);

/* The GIF as the service made it, NULL until the job is done. Owned by it. */
GBytes *web_job_get_gif (WebJob *job);

/* The GIF in another format, NULL until somebody has set it. Owned by the
 * job. */
GBytes *web_job_get_converted (WebJob *job, WebFormat format);
void web_job_set_converted (WebJob *job, WebFormat format, GBytes *bytes);

/* Bytes that the job holds. */
gsize web_job_get_size (WebJob *job);

/* All that the page wants to know, as members of the object that @builder is
 * in. */
void web_job_add_to (WebJob *job, JsonBuilder *builder);

/* Somebody looks at the job, or does no longer. */
void web_job_watch (WebJob *job);
void web_job_unwatch (WebJob *job);

/* Ends what is under way and frees what it uses; nothing when it is finished. */
void web_job_cancel (WebJob *job);

G_END_DECLS
