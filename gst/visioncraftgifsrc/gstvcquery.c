/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcquery.h"

gboolean
gst_vc_query_is_ours (GstQuery *query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SCHEDULING:
    case GST_QUERY_LATENCY:
    case GST_QUERY_DURATION:
    case GST_QUERY_SEEKING:
      return TRUE;
    default:
      return FALSE;
  }
}

/* The base class would run start() and stop() to learn it: a generation. */
static gboolean
answer_scheduling (GstQuery *query)
{
  gst_query_set_scheduling (query,
      GST_SCHEDULING_FLAG_SEQUENTIAL | GST_SCHEDULING_FLAG_BANDWIDTH_LIMITED, 1,
      -1, 0);
  gst_query_add_scheduling_mode (query, GST_PAD_MODE_PUSH);
  return TRUE;
}

/* The base class would wait for create() to return. */
static gboolean
answer_latency (GstQuery *query)
{
  gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
answer_duration (GstQuery *query, guint64 size)
{
  GstFormat format;

  gst_query_parse_duration (query, &format, NULL);
  if (format != GST_FORMAT_BYTES || size == 0)
    return FALSE;
  gst_query_set_duration (query, GST_FORMAT_BYTES, size);
  return TRUE;
}

static gboolean
answer_seeking (GstQuery *query, guint64 size)
{
  GstFormat format;

  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  if (format != GST_FORMAT_BYTES)
    return FALSE;
  gst_query_set_seeking (
      query, GST_FORMAT_BYTES, TRUE, 0, size > 0 ? (gint64) size : -1);
  return TRUE;
}

gboolean
gst_vc_query_answer (GstQuery *query, guint64 size)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SCHEDULING:
      return answer_scheduling (query);
    case GST_QUERY_LATENCY:
      return answer_latency (query);
    case GST_QUERY_DURATION:
      return answer_duration (query, size);
    case GST_QUERY_SEEKING:
      return answer_seeking (query, size);
    default:
      return FALSE;
  }
}
