/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcbody.h"
#include "vcrequest.h"

G_BEGIN_DECLS

/* One generation: POST the prompt, read the reply, GET the GIF, keep its bytes.
 * Refcounted and thread-safe; its work is done on the network thread
 * (vcclient.h starts it). */
typedef struct _VcJob VcJob;

/* How far a generation came. The names for people are vc_phase_name()'s. */
typedef enum
{
  VC_PHASE_SETTINGS, /* nothing was sent yet */
  VC_PHASE_CONNECT,  /* resolving, connecting, TLS */
  VC_PHASE_GENERATE, /* the request is out, the service is at work */
  VC_PHASE_REPLY,    /* the reply's head is there */
  VC_PHASE_DOWNLOAD, /* fetching the GIF */
  VC_PHASE_DONE,
} VcPhase;

const char *vc_phase_name (VcPhase phase);

typedef enum
{
  VC_JOB_TICK,      /* about once a second while it runs */
  VC_JOB_GENERATED, /* the service has made the GIF */
  VC_JOB_HEADERS,   /* the head of the GIF's response is there */
  VC_JOB_WARNING,   /* @error says what does not work as it should */
  VC_JOB_DONE,      /* all bytes are there; the last event */
  VC_JOB_FAILED,    /* @error says why; the last event */
} VcJobEvent;

/* Called on the network thread, without a lock. Never after vc_job_cancel() has
 * returned on the network thread; one that has begun elsewhere may still be
 * under way. It may call any function here. */
typedef void (*VcJobNotify) (
    VcJob *job, VcJobEvent event, const GError *error, gpointer user_data);

/* What is known of a job at one moment. */
typedef struct
{
  VcPhase phase;
  gboolean cached; /* from cache_dir, without a request */
  guint requests;  /* POSTs whose head went out */
  gboolean billed; /* it failed, and may have been billed all the same */
  guint retries;   /* requests repeated, POST and GET */
  guint attempts;  /* tries of the request that is or was the last */
  /* Of the last try: */
  guint status; /* HTTP status; 0: none yet */
  guint retry_after_s;
  char *server_message; /* NULL: none */
  char *location;       /* of the download: the address, without secrets; NULL:
                           none yet */
  char *host;           /* of it, for people; NULL: none yet, or without one */
  double waited_s;      /* since the job began, or in all when it has ended */
  double connect_s, generate_s, download_s; /* so far */
  guint64 bytes, total;                     /* of the GIF; total 0: unknown */
  GPtrArray *images; /* of char *: the addresses; NULL: not known, or the reply
                        was the GIF itself */
  char **headers; /* of the GIF's response: name, value, …; NULL: none yet */
} VcReport;

VcJob *vc_job_ref (VcJob *job);
void vc_job_unref (VcJob *job);

/* Ends the job: nothing more is sent, readers get VC_READ_FLUSHING. Never
 * waits; any thread. */
void vc_job_cancel (VcJob *job);

/* The GIF's bytes; owned by the job. */
VcBody *vc_job_get_body (VcJob *job);

/* Fills @ret_report; clear it with vc_report_clear(). */
void vc_job_get_report (VcJob *job, VcReport *ret_report);
void vc_report_clear (VcReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VcJob, vc_job_unref)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VcReport, vc_report_clear)

G_END_DECLS
