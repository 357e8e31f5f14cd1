/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vccache.h"
#include "vchttp.h"
#include "vcjob.h"
#include "vcsessions.h"
#include "vcvalidator.h"

G_BEGIN_DECLS

/* The inside of a job: vcjob.c has its life, its events and what all share;
 * vcgenerate.c is its first half, vcdownload.c its second, vcjobcache.c what is
 * before and behind them where there is a cache. The client starts that, which
 * starts a half; the first half starts the second. */

/* What wants to know how a job goes, in the network thread. */
typedef struct
{
  void (*address) (VcJob *job, const char *address); /* the service gave it */
  /* All bytes are there; it ends the job in its time. */
  void (*whole) (VcJob *job);
  /* TRUE: the job goes on all the same. */
  gboolean (*failed) (VcJob *job, const GError *error);
} VcJobKeeper;

/* The download's own state; see vcdownload.c. */
typedef struct
{
  GUri *address;          /* as the service gave it */
  GUri *uri;              /* this try's, after redirects */
  guint redirects;        /* followed in this try */
  gboolean was_secure;    /* an address of this try was https */
  gboolean is_upgraded;   /* https is tried in place of the address's http */
  gboolean in_clear_text; /* https was tried */
  VcValidator validator;  /* of what is held */
  gboolean whole;         /* ask for the whole body: resuming does not work */
  gboolean restarted;     /* what was held was dropped once */
  guint64 skip;           /* bytes still to come that are held already */
  guint8 *scratch;        /* where those go */
  GByteArray *error_body; /* NULL: the body is the GIF */
  guint64 held_at_start;  /* bytes held when this try began */
} VcDownload;

struct _VcJob
{
  gatomicrefcount refs;
  VcRequest *request;     /* never changes */
  char *password;         /* in its authorization; NULL: none */
  const char *secrets[5]; /* all of these; NULL-terminated */
  GMainContext *context;  /* the network thread's */
  VcBody *body;
  VcJobNotify notify;
  gpointer notify_data;
  GDestroyNotify notify_destroy;
  gint cancelled; /* atomic */

  GMutex lock;
  /* lock; bytes, total and waited_s are filled in when asked for */
  VcReport report;

  /* Network thread. */
  SoupSession *session;
  GUri *base;
  VcHttp *http;     /* the exchange under way */
  GSource *backoff; /* the wait before the next one */
  GSource *ticker;
  GSource *download_end;                 /* download-timeout */
  gint64 started_us, phase_us, ended_us; /* started and ended: lock as well */
  guint tries_left;
  gboolean reply_is_gif;
  guint8 *reply; /* so far */
  gsize reply_size, reply_room;
  guint64 reply_length;      /* as announced; 0: unknown */
  gboolean is_from_proxy;    /* the reply */
  gboolean is_read_by_proxy; /* the request */
  guint retry_after_s;       /* what the last answer asks to wait */
  gboolean has_retry_after;  /* … in its head, if only 0 */
  gboolean wait_is_too_long;
  VcCache *cache;            /* while it runs; NULL: none */
  const VcJobKeeper *keeper; /* NULL: nobody */
  gboolean is_from_cache;    /* the address of the download */
  VcDownload download;
};

/* --- For the client --- */

/* Takes @request and @notify_data over. @context is the network thread's. */
VcJob *vc_job_new (VcRequest *request, GMainContext *context,
    VcJobNotify notify, gpointer notify_data, GDestroyNotify notify_destroy);

/* On the network thread: the job runs from here on, in one of @sessions. FALSE
 * where it was cancelled or has failed already. */
gboolean vc_job_begin (VcJob *job, VcSessions *sessions);

/* --- For the halves; network thread --- */

void vc_job_set_phase (VcJob *job, VcPhase phase);
void vc_job_emit (VcJob *job, VcJobEvent event, const GError *error);

/* Ends the job: with @error, or whole. */
void vc_job_finish (VcJob *job, const GError *error);

/* Ends the job with @error, which says as well that the generation may have
 * cost something. */
void vc_job_finish_billed (VcJob *job, const GError *error);

/* Sends @message as the exchange under way, or drops that one. */
void vc_job_send (VcJob *job, SoupMessage *message, const VcHttpLimits *limits,
    const VcHttpCallbacks *callbacks);
void vc_job_drop_http (VcJob *job);

/* Calls @again after a while, and not before the wait is over that the last
 * answer asked for; @patient: not before the whole backoff is over. FALSE where
 * no tries are left, or that wait is longer than retry-backoff-max. */
gboolean vc_job_retry (VcJob *job, gboolean patient, void (*again) (VcJob *));

/* The exchange under way is the GIF's: its limits hold from here on. */
void vc_job_limit_download (VcJob *job);

/* Fills in the limits of an exchange that fetches the GIF. */
VcHttpLimits vc_job_download_limits (VcJob *job);

/* Calls @function with the job after @wait_ms, unless it has ended by then. */
void vc_job_wait (VcJob *job, guint wait_ms, GSourceFunc function);

/* … or not. */
void vc_job_end_wait (VcJob *job);

/* Whether a GIF of unknown length is there up to its end. */
gboolean vc_job_has_whole_gif (VcJob *job);

/* Whether it has neither ended nor been cancelled. */
gboolean vc_job_is_running (VcJob *job);

/* Nothing more comes; no limit of the download's holds. */
void vc_job_end_transfer (VcJob *job);

/* As if there had been no download. */
void vc_job_forget_download (VcJob *job);

/* Notes that the GIF comes from the cache, with its @images (taken over). */
void vc_job_note_cached (VcJob *job, GPtrArray *images);

/* Whether a reply, which is an HTML page with @is_page, is a proxy's own. */
gboolean vc_job_is_refused_by_proxy (VcJob *job, gboolean is_page);

/* What the proxy said instead of passing the request on; @text is its message
 * (NULL: none). */
GError *vc_job_proxy_error (VcJob *job, GUri *uri, const char *text);

/* Notes a response's status, what it asks to wait, and whether it is the
 * proxy's. */
void vc_job_note_head (VcJob *job, SoupMessage *message);

/* The answer's text asks to wait as well. */
void vc_job_note_wait (VcJob *job, guint wait_s);

/* Notes where the GIF is fetched from. */
void vc_job_note_location (VcJob *job, GUri *uri);

/* Notes the server's message for the report. */
void vc_job_note_server_message (VcJob *job, const char *message);

/* Counts a try of the request that @first begins or that is repeated. */
void vc_job_note_try (VcJob *job, gboolean first);

/* Takes the response's headers into the report and tells of them: the GIF's
 * body begins. */
void vc_job_note_gif_headers (VcJob *job, SoupMessage *message);

/* The number of bytes that @message's body will have, as sent, when that is
 * what will be read; 0: unknown. */
guint64 vc_job_body_length (SoupMessage *message);

/* The GIF ended after @size bytes: of @total, or without a GIF's end where that
 * is 0. */
GError *vc_job_cut_error (guint64 size, guint64 total);

/* VcHttpCallbacks.pause. */
void vc_job_wake_readers (gpointer job);

/* --- The halves --- */

/* vcjobcache.c: all of a job that has begun. */
void vc_job_run (VcJob *job);

/* vcgenerate.c: the first half. */
void vc_job_generate (VcJob *job);

/* vcgenerate.c: fills in the service's address, which a download wants. */
void vc_job_find_base (VcJob *job);

/* vcdownload.c: the second half, the GIF at @address. */
void vc_job_download (VcJob *job, GUri *address);

G_END_DECLS
