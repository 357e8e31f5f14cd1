/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcjob.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* What one job reports, as messages of the element it runs for, and in the
 * log. Refcounted: the job may outlive the element and its run. None of it may
 * be called with the object lock held. */
typedef struct _GstVcReporter GstVcReporter;

/* For a run of @element, which is only referenced weakly. */
GstVcReporter *gst_vc_reporter_new (GstElement *element);
GstVcReporter *gst_vc_reporter_ref (GstVcReporter *reporter);
void gst_vc_reporter_unref (gpointer reporter);

/* Before the job starts: posts progress START. */
void gst_vc_reporter_start (GstVcReporter *reporter);

/* The job's VcJobNotify; @reporter is its user data. Of COMPLETE, ERROR and
 * CANCELED exactly one leaves after START, whoever comes first. */
void gst_vc_reporter_notify (
    VcJob *job, VcJobEvent event, const GError *error, gpointer reporter);

/* Nobody waits for the job's bytes any more, though it goes on: posts progress
 * CANCELED unless the job had ended. @report as it is. */
void gst_vc_reporter_cancel (GstVcReporter *reporter, const VcReport *report);

/* The run is over: posts progress CANCELED unless the job had ended, and lets
 * nothing out that comes later. What is being posted on another thread may end
 * first: for a moment, not longer. @report as the job left it. */
void gst_vc_reporter_stop (GstVcReporter *reporter, const VcReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstVcReporter, gst_vc_reporter_unref)

G_END_DECLS
