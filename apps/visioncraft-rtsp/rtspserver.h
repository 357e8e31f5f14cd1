/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rtspmounts.h"

G_BEGIN_DECLS

/* An RTSP server for animations: what an address asks for is generated once,
 * shared among all who ask, and shown for ever. */
#define RTSP_TYPE_SERVER (rtsp_server_get_type ())
G_DECLARE_FINAL_TYPE (RtspServer, rtsp_server, RTSP, SERVER, GstRTSPServer)

/* The name that goes with the password. */
#define RTSP_SERVER_USER "visioncraft"

typedef struct
{
  RtspService service;
  const char *address;  /* of the interface */
  const char *password; /* of RTSP_SERVER_USER; NULL: nobody is asked */
  guint16 port;         /* 0: any free one */
  RtspLimits limits;
  guint max_clients; /* connections; each has a thread */
  guint wait_s;      /* for a generation, until 503 */
} RtspOptions;

/* @options is copied. It listens from rtsp_server_start() on. */
RtspServer *rtsp_server_new (const RtspOptions *options);

/* Serves on the default main context and threads of its own. FALSE and @error
 * where the port is taken. */
gboolean rtsp_server_start (RtspServer *self, GError **error);

/* Sends all clients away. Their threads may need the main context once more. */
void rtsp_server_stop (RtspServer *self);

/* For the log and for tests. Owned by @self. */
RtspStore *rtsp_server_get_store (RtspServer *self);
guint rtsp_server_count_clients (RtspServer *self);

G_END_DECLS
