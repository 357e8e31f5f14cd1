/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcsessions.h"
#include "vctransport.h"

/* Many share connections, and the cost stays small. */
#define JOBS_MAX 16

/* More ways than this at once are unusual: then all are forgotten. */
#define WAYS_MAX 32

struct _VcLanes
{
  GHashTable *ways; /* vc_transport_key() to GPtrArray of VcLane */
};

static void
lane_clear (gpointer data)
{
  VcLane *lane = data;

  g_object_unref (lane->session);
}

static void
lane_unref (gpointer lane)
{
  g_rc_box_release_full (lane, lane_clear);
}

/* Takes @session over. */
static VcLane *
lane_new (SoupSession *session)
{
  VcLane *lane = g_rc_box_new0 (VcLane);

  lane->session = session;
  return lane;
}

static VcLane *
lane_enter (VcLane *lane)
{
  lane->n_jobs++;
  return g_rc_box_acquire (lane);
}

void
vc_lane_leave (VcLane *lane)
{
  lane->n_jobs--;
  lane_unref (lane);
}

VcLanes *
vc_lanes_new (void)
{
  VcLanes *lanes = g_new0 (VcLanes, 1);

  lanes->ways = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  return lanes;
}

void
vc_lanes_free (VcLanes *lanes)
{
  g_hash_table_unref (lanes->ways);
  g_free (lanes);
}

static GPtrArray *
find_way (VcLanes *lanes, const VcRequest *request)
{
  g_autofree char *key = vc_transport_key (request);
  GPtrArray *way = g_hash_table_lookup (lanes->ways, key);

  if (way != NULL)
    return way;
  if (g_hash_table_size (lanes->ways) >= WAYS_MAX)
    g_hash_table_remove_all (lanes->ways);
  way = g_ptr_array_new_with_free_func (lane_unref);
  g_hash_table_insert (lanes->ways, g_steal_pointer (&key), way);
  return way;
}

/* The application's session, for one job. */
static VcLane *
enter_given (GObject *session)
{
  VcLane *lane = lane_new (SOUP_SESSION (g_object_ref (session)));

  lane->n_jobs++;
  return lane;
}

VcLane *
vc_lanes_enter (VcLanes *lanes, const VcRequest *request, GError **error)
{
  GPtrArray *way;
  SoupSession *session;
  VcLane *lane;

  if (request->session != NULL)
    return enter_given (request->session);

  way = find_way (lanes, request);
  for (guint i = 0; i < way->len; i++) {
    lane = g_ptr_array_index (way, i);
    if (lane->n_jobs < JOBS_MAX)
      return lane_enter (lane);
  }

  session = vc_transport_session_new (request, error);
  if (session == NULL)
    return NULL;
  lane = lane_new (session);
  g_ptr_array_add (way, lane);
  return lane_enter (lane);
}
