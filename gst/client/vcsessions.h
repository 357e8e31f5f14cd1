/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcrequest.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The sessions that jobs share. A session's cost for each message grows with
 * the messages it has under way, so jobs that go the same way are spread over
 * lanes, each a session for some of them. Network thread only. */
typedef struct _VcLanes VcLanes;

/* A place in a lane. */
typedef struct
{
  SoupSession *session;
  /*< private >*/
  guint n_jobs;
} VcLane;

VcLanes *vc_lanes_new (void);

/* Forgets all lanes; those with jobs in them go on until these leave. */
void vc_lanes_free (VcLanes *lanes);

/* A place for a job that is to be made as @request says: in a session that
 * exists, or a new one; the application's where @request has one. NULL with
 * VC_ERROR_SETTING as vc_transport_session_new() has it. Ends with
 * vc_lane_leave(). */
VcLane *vc_lanes_enter (
    VcLanes *lanes, const VcRequest *request, GError **error);
void vc_lane_leave (VcLane *lane);

G_END_DECLS
