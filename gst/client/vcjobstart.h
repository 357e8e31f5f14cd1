/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcjob.h"
#include "vcsessions.h"

G_BEGIN_DECLS

/* How the client begins a job; nobody else does. */

/* Takes @request and @notify_data over. @context is the network thread's. */
VcJob *vc_job_new (VcRequest *request, GMainContext *context,
    VcJobNotify notify, gpointer notify_data, GDestroyNotify notify_destroy);

const VcRequest *vc_job_get_request (VcJob *job);

/* On the network thread: runs the job in @lane, which it takes over, or fails
 * it with @error where there is none. */
void vc_job_start (VcJob *job, VcLane *lane, const GError *error);

G_END_DECLS
