/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <gst/rtsp/rtsp.h>

G_BEGIN_DECLS

/* --- One request --- */

/* What a server answers to one request. */
typedef struct
{
  GThread *thread;
  char *url;
  GstRTSPMethod method;

  gint done;              /* atomic; the rest is valid from then on */
  GstRTSPResult result;   /* GST_RTSP_OK: an answer came */
  GstRTSPStatusCode code; /* of it */
  char *retry_after;      /* NULL: not said */
  char *challenge;        /* WWW-Authenticate; NULL: none */
  char *body;
  GstRTSPConnection *connection; /* stays open */
} RtspRequest;

/* Connects and sends on a thread of its own; the caller's main context, on
 * which the server may live, has to run. Transfer full. */
RtspRequest *rtsp_request_new (GstRTSPMethod method, const char *url);

/* Closes the connection. */
void rtsp_request_free (RtspRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtspRequest, rtsp_request_free)

/* Closes the connection before there is an answer. */
void rtsp_request_hang_up (RtspRequest *request);

/* Runs the default main context until there is an answer. */
void rtsp_request_wait (RtspRequest *request);

/* --- A player --- */

/* A player that looks at what it plays. */
typedef struct _RtspPlayer RtspPlayer;

/* Starts to play @url over @protocols ("tcp", "udp"). Transfer full. */
RtspPlayer *rtsp_player_new (const char *url, const char *protocols);
void rtsp_player_free (RtspPlayer *player);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtspPlayer, rtsp_player_free)

/* How many pictures have come. Aborts when there was an error. */
guint rtsp_player_count (RtspPlayer *player);

/* 0xRRGGBB in the middle of picture @n. */
guint32 rtsp_player_get_color (RtspPlayer *player, guint n);

/* How many RTP time stamps have come, the step (1/90000 s) to number @n from
 * the one before, and how long it took from number @from to number @to. */
guint rtsp_player_count_stamps (RtspPlayer *player);
guint32 rtsp_player_get_step (RtspPlayer *player, guint n);
gint64 rtsp_player_get_lasted_us (RtspPlayer *player, guint from, guint to);

/* Runs the default main context until it cannot go on. */
void rtsp_player_wait_for_error (RtspPlayer *player);

/* Runs the default main context until @n pictures have come. */
void rtsp_player_wait (RtspPlayer *player, guint n);

G_END_DECLS
