/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspclient.h"

#include "fixture.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#define TIMEOUT_US (FIXTURE_DEADLINE_MS * (gint64) 1000)

/* --- One request --- */

static GstRTSPResult
connect_to (RtspRequest *request)
{
  GstRTSPUrl *url = NULL;
  /* The library's client is stricter about addresses than its server. */
  const char *path = strchr (request->url + strlen ("rtsp://"), '/');
  g_autofree char *host = g_strndup (request->url, path - request->url);
  GstRTSPResult result = gst_rtsp_url_parse (host, &url);

  if (result == GST_RTSP_OK)
    result = gst_rtsp_connection_create (url, &request->connection);
  if (result == GST_RTSP_OK)
    result = gst_rtsp_connection_connect_usec (request->connection, TIMEOUT_US);
  g_clear_pointer (&url, gst_rtsp_url_free);
  return result;
}

/* NULL: it is not there. The caller owns it. */
static char *
dup_header (GstRTSPMessage *message, GstRTSPHeaderField field)
{
  char *value;

  return gst_rtsp_message_get_header (message, field, &value, 0) == GST_RTSP_OK
      ? g_strdup (value)
      : NULL;
}

static void
read_answer (RtspRequest *request, GstRTSPMessage *message)
{
  guint8 *body = NULL;
  guint size = 0;

  gst_rtsp_message_parse_response (message, &request->code, NULL, NULL);
  request->retry_after = dup_header (message, GST_RTSP_HDR_RETRY_AFTER);
  request->challenge = dup_header (message, GST_RTSP_HDR_WWW_AUTHENTICATE);
  gst_rtsp_message_get_body (message, &body, &size);
  request->body = g_strndup ((const char *) body, size);
}

static GstRTSPResult
ask (RtspRequest *request)
{
  GstRTSPMessage question = { 0 }, answer = { 0 };
  GstRTSPResult result;

  gst_rtsp_message_init_request (&question, request->method, request->url);
  gst_rtsp_message_add_header (&question, GST_RTSP_HDR_CSEQ, "1");
  if (request->method == GST_RTSP_SETUP)
    gst_rtsp_message_add_header (&question, GST_RTSP_HDR_TRANSPORT,
        "RTP/AVP/TCP;unicast;interleaved=0-1");
  result = gst_rtsp_connection_send_usec (
      request->connection, &question, TIMEOUT_US);
  if (result == GST_RTSP_OK)
    result = gst_rtsp_connection_receive_usec (
        request->connection, &answer, TIMEOUT_US);
  if (result == GST_RTSP_OK)
    read_answer (request, &answer);
  gst_rtsp_message_unset (&question);
  gst_rtsp_message_unset (&answer);
  return result;
}

static gpointer
run_request (gpointer data)
{
  RtspRequest *request = data;

  request->result = connect_to (request);
  if (request->result == GST_RTSP_OK)
    request->result = ask (request);
  g_atomic_int_set (&request->done, TRUE);
  return NULL;
}

RtspRequest *
rtsp_request_new (GstRTSPMethod method, const char *url)
{
  RtspRequest *request = g_new0 (RtspRequest, 1);

  request->method = method;
  request->url = g_strdup (url);
  request->thread = g_thread_new ("request", run_request, request);
  return request;
}

static gboolean
is_done (gpointer data)
{
  return g_atomic_int_get (&((RtspRequest *) data)->done);
}

void
rtsp_request_wait (RtspRequest *request)
{
  fixture_wait_until (is_done, request, request->url);
}

/* The thread that waits for the answer reads its end. */
void
rtsp_request_hang_up (RtspRequest *request)
{
  GSocket *socket = gst_rtsp_connection_get_write_socket (request->connection);

  g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

void
rtsp_request_free (RtspRequest *request)
{
  g_thread_join (request->thread);
  g_clear_pointer (&request->connection, gst_rtsp_connection_free);
  g_free (request->url);
  g_free (request->retry_after);
  g_free (request->challenge);
  g_free (request->body);
  g_free (request);
}

/* --- A player --- */

typedef struct
{
  guint32 rtp_time;
  gint64 came_us; /* monotonic time */
} Stamp;

struct _RtspPlayer
{
  GstElement *pipeline;

  GMutex lock;
  GArray *colors; /* @lock; guint32, of each picture's middle */
  GArray *stamps; /* @lock; Stamp */
  guint n_wanted;
};

static guint32
get_middle (GstSample *sample)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  const guint8 *pixel;
  guint32 color;

  g_assert_true (
      gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  g_assert_true (gst_video_frame_map (
      &frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ));
  pixel = (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
      + GST_VIDEO_INFO_HEIGHT (&info) / 2
          * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0)
      + GST_VIDEO_INFO_WIDTH (&info) / 2 * 4;
  color = (guint32) pixel[0] << 16 | pixel[1] << 8 | pixel[2];
  gst_video_frame_unmap (&frame);
  return color;
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer data)
{
  RtspPlayer *player = data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  guint32 color;

  if (sample == NULL)
    return GST_FLOW_EOS;
  color = get_middle (sample);
  g_mutex_lock (&player->lock);
  g_array_append_val (player->colors, color);
  g_mutex_unlock (&player->lock);
  return GST_FLOW_OK;
}

/* RFC 3550, section 5.1: the time stamp is the header's second word. All packets
 * of a picture share one. Called with @lock held. */
static void
note_stamp (RtspPlayer *player, GstBuffer *packet)
{
  guint8 header[8];
  Stamp stamp = { .came_us = g_get_monotonic_time () };
  guint n = player->stamps->len;

  g_assert_cmpuint (gst_buffer_extract (packet, 0, header, 8), ==, 8);
  stamp.rtp_time = GST_READ_UINT32_BE (header + 4);
  if (n == 0
      || g_array_index (player->stamps, Stamp, n - 1).rtp_time
          != stamp.rtp_time)
    g_array_append_val (player->stamps, stamp);
}

static gboolean
note_packet (GstBuffer **packet, guint n, gpointer player)
{
  note_stamp (player, *packet);
  return TRUE;
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  RtspPlayer *player = data;

  g_mutex_lock (&player->lock);
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0)
    gst_buffer_list_foreach (
        GST_PAD_PROBE_INFO_BUFFER_LIST (info), note_packet, player);
  else
    note_stamp (player, GST_PAD_PROBE_INFO_BUFFER (info));
  g_mutex_unlock (&player->lock);
  return GST_PAD_PROBE_OK;
}

static void
watch (RtspPlayer *player)
{
  g_autoptr (GstElement) sink =
      gst_bin_get_by_name (GST_BIN (player->pipeline), "sink");
  g_autoptr (GstElement) depay =
      gst_bin_get_by_name (GST_BIN (player->pipeline), "depay");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (depay, "sink");
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };

  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, player, NULL);
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet,
      player, NULL);
}

RtspPlayer *
rtsp_player_new (const char *url, const char *protocols)
{
  RtspPlayer *player = g_new0 (RtspPlayer, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *line =
      g_strdup_printf ("rtspsrc location=\"%s\" protocols=%s ! "
                       "rtph264depay name=depay ! queue ! h264parse ! "
                       "avdec_h264 max-threads=1 ! videoconvert ! "
                       "video/x-raw,format=RGBA ! appsink name=sink sync=false",
          url, protocols);

  g_mutex_init (&player->lock);
  player->colors = g_array_new (FALSE, FALSE, sizeof (guint32));
  player->stamps = g_array_new (FALSE, FALSE, sizeof (Stamp));
  player->pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);
  gst_object_ref_sink (player->pipeline);
  watch (player);
  gst_element_set_state (player->pipeline, GST_STATE_PLAYING);
  return player;
}

void
rtsp_player_free (RtspPlayer *player)
{
  gst_element_set_state (player->pipeline, GST_STATE_NULL);
  gst_object_unref (player->pipeline);
  g_array_unref (player->colors);
  g_array_unref (player->stamps);
  g_mutex_clear (&player->lock);
  g_free (player);
}

static void
assert_no_error (RtspPlayer *player)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (player->pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  if (message != NULL)
    gst_message_parse_error (message, &error, NULL);
  g_assert_no_error (error);
}

guint
rtsp_player_count (RtspPlayer *player)
{
  guint n;

  assert_no_error (player);
  g_mutex_lock (&player->lock);
  n = player->colors->len;
  g_mutex_unlock (&player->lock);
  return n;
}

guint32
rtsp_player_get_color (RtspPlayer *player, guint n)
{
  guint32 color;

  g_mutex_lock (&player->lock);
  g_assert_cmpuint (n, <, player->colors->len);
  color = g_array_index (player->colors, guint32, n);
  g_mutex_unlock (&player->lock);
  return color;
}

guint
rtsp_player_count_stamps (RtspPlayer *player)
{
  guint n;

  g_mutex_lock (&player->lock);
  n = player->stamps->len;
  g_mutex_unlock (&player->lock);
  return n;
}

static Stamp
get_stamp (RtspPlayer *player, guint n)
{
  Stamp stamp;

  g_mutex_lock (&player->lock);
  g_assert_cmpuint (n, <, player->stamps->len);
  stamp = g_array_index (player->stamps, Stamp, n);
  g_mutex_unlock (&player->lock);
  return stamp;
}

guint32
rtsp_player_get_step (RtspPlayer *player, guint n)
{
  return get_stamp (player, n).rtp_time - get_stamp (player, n - 1).rtp_time;
}

gint64
rtsp_player_get_lasted_us (RtspPlayer *player, guint from, guint to)
{
  return get_stamp (player, to).came_us - get_stamp (player, from).came_us;
}

static gboolean
has_failed (gpointer data)
{
  RtspPlayer *player = data;
  g_autoptr (GstBus) bus = gst_element_get_bus (player->pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  return message != NULL;
}

void
rtsp_player_wait_for_error (RtspPlayer *player)
{
  fixture_wait_until (has_failed, player, "the player's error");
}

static gboolean
has_enough (gpointer data)
{
  RtspPlayer *player = data;

  return rtsp_player_count (player) >= player->n_wanted;
}

void
rtsp_player_wait (RtspPlayer *player, guint n)
{
  player->n_wanted = n;
  fixture_wait_until (has_enough, player, "the stream's pictures");
}
