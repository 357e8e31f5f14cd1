/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcjob.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* What one job has to tell, as messages of the element it runs for, and in the
 * log. Refcounted: the job may outlive the element and its run. None of it may
 * be called with the object lock held. */
typedef struct _GstVcNews GstVcNews;

/* For a run of @element, which is only referenced weakly. */
GstVcNews *gst_vc_news_new (GstElement *element);
GstVcNews *gst_vc_news_ref (GstVcNews *news);
void gst_vc_news_unref (gpointer news);

/* Before the job starts: posts progress START. */
void gst_vc_news_open (GstVcNews *news);

/* The job's VcJobNotify; @news is its user data. Of COMPLETE, ERROR and
 * CANCELED exactly one leaves after START, whoever comes first. */
void gst_vc_news_tell (
    VcJob *job, VcJobEvent event, const GError *error, gpointer news);

/* Nobody waits for the job's bytes any more, though it goes on: posts progress
 * CANCELED unless the job had ended. @report as it is. */
void gst_vc_news_give_up (GstVcNews *news, const VcReport *report);

/* The run is over: posts progress CANCELED unless the job had ended, and lets
 * nothing out that comes later. What is being told on another thread may end
 * first: for a moment, not longer. @report as the job left it. */
void gst_vc_news_close (GstVcNews *news, const VcReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstVcNews, gst_vc_news_unref)

G_END_DECLS
