/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspserver.h"

#include "rtspauth.h"
#include "rtspfactory.h"

#include <sys/socket.h>

/* How often sessions are looked through whose clients fell silent. */
#define CLEANUP_INTERVAL_S 5

/* Of a request's body; none has one. */
#define BODY_MAX 4096

#define SESSION_KEY "rtsp-session"
#define USE_KEY "rtsp-use"
#define REFUSAL_KEY "rtsp-refusal"

struct _RtspServer
{
  GstRTSPServer parent;

  RtspMounts *mounts;
  guint max_clients, wait_s;
  guint attached_id, cleanup_id;

  gint n_clients; /* atomic */
};

G_DEFINE_FINAL_TYPE (RtspServer, rtsp_server, GST_TYPE_RTSP_SERVER)

/* --- Requests --- */

static void
free_refusal (gpointer refusal)
{
  rtsp_refusal_clear (refusal);
  g_free (refusal);
}

/* on_send_message() says what is wrong. */
static void
remember_refusal (GstRTSPClient *client, RtspRefusal *refusal)
{
  RtspRefusal *copy = g_new (RtspRefusal, 1);

  *copy = *refusal;
  *refusal = (RtspRefusal){ 0 };
  g_object_set_data_full (G_OBJECT (client), REFUSAL_KEY, copy, free_refusal);
}

/* What the log says of a connection when it ends. */
typedef struct
{
  char *client;
  char *id; /* of what it asked for last; NULL: nothing that is an address */
  GstRTSPStatusCode code; /* what it was told; 0: it did not ask */
  gint64 since_us;
} Session;

static void
free_session (gpointer data)
{
  Session *session = data;

  g_free (session->client);
  g_free (session->id);
  g_free (session);
}

static void
note_answer (GstRTSPClient *client, RtspUse *use, const RtspRefusal *refusal)
{
  Session *session = g_object_get_data (G_OBJECT (client), SESSION_KEY);

  session->code = use != NULL ? GST_RTSP_STS_OK : refusal->code;
  g_free (session->id);
  session->id = use != NULL ? g_strdup (rtsp_use_get_id (use)) : NULL;
  if (use == NULL)
    g_printerr (
        "%s: %d: %s\n", session->client, refusal->code, refusal->reason);
}

/* It says nothing while it waits for its answer, but it may have closed. */
static gboolean
is_there (gpointer data)
{
  const GstRTSPContext *context = data;
  GSocket *socket = gst_rtsp_connection_get_read_socket (context->conn);
  char byte;

  return socket != NULL
      && recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT)
      != 0;
}

/* On the client's thread, which nobody else waits for. The client keeps the use
 * until its next address or its end: what it described is still there when it
 * wants to play. */
static GstRTSPStatusCode
on_describe (GstRTSPClient *client, GstRTSPContext *context, RtspServer *self)
{
  g_auto (RtspRefusal) refusal = { 0 };
  g_autofree char *key = rtsp_auth_make_client_key (context);
  const RtspAsker asker = { key, is_there, context };
  GstRTSPStatusCode code = GST_RTSP_STS_OK;
  RtspUse *use = rtsp_mounts_open (
      self->mounts, context->uri, &asker, self->wait_s, &refusal);

  note_answer (client, use, &refusal);
  if (use != NULL) {
    g_object_set_data_full (
        G_OBJECT (client), USE_KEY, use, (GDestroyNotify) rtsp_use_free);
  } else {
    code = refusal.code;
    remember_refusal (client, &refusal);
  }
  return code;
}

static void
add_reason (GstRTSPMessage *message, const RtspRefusal *refusal)
{
  if (refusal->retry_after_s > 0)
    gst_rtsp_message_take_header (message, GST_RTSP_HDR_RETRY_AFTER,
        g_strdup_printf ("%u", refusal->retry_after_s));
  gst_rtsp_message_add_header (
      message, GST_RTSP_HDR_CONTENT_TYPE, "text/plain; charset=utf-8");
  gst_rtsp_message_set_body (
      message, (const guint8 *) refusal->reason, strlen (refusal->reason));
}

/* A status says little: the sentence goes along. A 503 of the library's own is
 * about a pipeline that has just ended. */
static void
on_send_message (GstRTSPClient *client, GstRTSPContext *context,
    GstRTSPMessage *message, gpointer data)
{
  RtspRefusal *refusal = g_object_steal_data (G_OBJECT (client), REFUSAL_KEY);
  GstRTSPStatusCode code = GST_RTSP_STS_OK;

  if (gst_rtsp_message_get_type (message) == GST_RTSP_MESSAGE_RESPONSE)
    gst_rtsp_message_parse_response (message, &code, NULL, NULL);
  if (refusal != NULL && code == refusal->code)
    add_reason (message, refusal);
  else if (code == GST_RTSP_STS_SERVICE_UNAVAILABLE)
    gst_rtsp_message_add_header (message, GST_RTSP_HDR_RETRY_AFTER, "1");
  if (refusal != NULL)
    free_refusal (refusal);
}

/* --- Clients --- */

/* CLIENT "/gif/ID" STATUS SECONDS */
static void
on_closed (GstRTSPClient *client, RtspServer *self)
{
  const Session *session = g_object_get_data (G_OBJECT (client), SESSION_KEY);
  g_autofree char *code = g_strdup_printf ("%d", session->code);

  g_printerr ("%s \"%s%s\" %s %.3f\n", session->client,
      session->id != NULL ? RTSP_ADDRESS_PATH "/" : "-",
      session->id != NULL ? session->id : "", session->code != 0 ? code : "-",
      (double) (g_get_monotonic_time () - session->since_us) / G_USEC_PER_SEC);
  g_atomic_int_add (&self->n_clients, -1);
}

/* "-": it has left already. The caller owns it. */
static char *
dup_address (GstRTSPClient *client)
{
  GstRTSPConnection *connection = gst_rtsp_client_get_connection (client);
  const char *ip =
      connection != NULL ? gst_rtsp_connection_get_ip (connection) : NULL;

  return g_strdup (ip != NULL ? ip : "-");
}

/* When it has its connection. */
static void
on_connected (GstRTSPServer *server, GstRTSPClient *client, gpointer data)
{
  Session *session = g_object_get_data (G_OBJECT (client), SESSION_KEY);

  g_free (session->client);
  session->client = dup_address (client);
}

/* NULL: the connection is closed at once. */
static GstRTSPClient *
create_client (GstRTSPServer *server)
{
  RtspServer *self = RTSP_SERVER (server);
  GstRTSPClient *client;
  Session *session;

  if ((guint) g_atomic_int_get (&self->n_clients) >= self->max_clients) {
    g_printerr ("all %u connections are in use\n", self->max_clients);
    return NULL;
  }
  client =
      GST_RTSP_SERVER_CLASS (rtsp_server_parent_class)->create_client (server);
  g_atomic_int_inc (&self->n_clients);
  session = g_new0 (Session, 1);
  session->since_us = g_get_monotonic_time ();
  g_object_set_data_full (
      G_OBJECT (client), SESSION_KEY, session, free_session);
  g_signal_connect_object (client, "closed", G_CALLBACK (on_closed), self, 0);
  g_signal_connect_object (
      client, "pre-describe-request", G_CALLBACK (on_describe), self, 0);
  g_signal_connect (client, "send-message", G_CALLBACK (on_send_message), NULL);
  return client;
}

/* --- Server --- */

static gboolean
clean_up (gpointer data)
{
  g_autoptr (GstRTSPSessionPool) pool =
      gst_rtsp_server_get_session_pool (GST_RTSP_SERVER (data));

  gst_rtsp_session_pool_cleanup (pool);
  return G_SOURCE_CONTINUE;
}

gboolean
rtsp_server_start (RtspServer *self, GError **error)
{
  GstRTSPServer *server = GST_RTSP_SERVER (self);

  self->attached_id = gst_rtsp_server_attach (server, NULL);
  if (self->attached_id == 0) {
    g_autofree char *address = gst_rtsp_server_get_address (server);
    g_autofree char *port = gst_rtsp_server_get_service (server);

    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
        "Cannot listen on %s, port %s: it is taken, or not this machine's.",
        address, port);
    return FALSE;
  }
  self->cleanup_id = g_timeout_add_seconds (CLEANUP_INTERVAL_S, clean_up, self);
  return TRUE;
}

static GstRTSPFilterResult
send_away (GstRTSPServer *server, GstRTSPClient *client, gpointer data)
{
  return GST_RTSP_FILTER_REMOVE;
}

void
rtsp_server_stop (RtspServer *self)
{
  GList *kept;

  g_clear_handle_id (&self->attached_id, g_source_remove);
  g_clear_handle_id (&self->cleanup_id, g_source_remove);
  rtsp_store_close (rtsp_server_get_store (self));
  kept =
      gst_rtsp_server_client_filter (GST_RTSP_SERVER (self), send_away, NULL);
  g_list_free_full (kept, g_object_unref);
}

RtspStore *
rtsp_server_get_store (RtspServer *self)
{
  return rtsp_mounts_get_store (self->mounts);
}

guint
rtsp_server_count_clients (RtspServer *self)
{
  return (guint) g_atomic_int_get (&self->n_clients);
}

static void
rtsp_server_finalize (GObject *object)
{
  RtspServer *self = RTSP_SERVER (object);

  g_clear_object (&self->mounts);
  G_OBJECT_CLASS (rtsp_server_parent_class)->finalize (object);
}

static void
rtsp_server_class_init (RtspServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rtsp_server_finalize;
  GST_RTSP_SERVER_CLASS (klass)->create_client = create_client;
}

static void
rtsp_server_init (RtspServer *self)
{
}

RtspServer *
rtsp_server_new (const RtspOptions *options)
{
  RtspServer *self = g_object_new (RTSP_TYPE_SERVER, NULL);
  GstRTSPServer *server = GST_RTSP_SERVER (self);
  g_autoptr (GstRTSPThreadPool) threads = gst_rtsp_thread_pool_new ();
  g_autoptr (GstRTSPAuth) auth = NULL;
  g_autofree char *port = g_strdup_printf ("%u", options->port);

  self->max_clients = options->max_clients;
  self->wait_s = options->wait_s;
  self->mounts =
      RTSP_MOUNTS (rtsp_mounts_new (&options->service, &options->limits));
  gst_rtsp_server_set_mount_points (
      server, GST_RTSP_MOUNT_POINTS (self->mounts));
  gst_rtsp_server_set_address (server, options->address);
  gst_rtsp_server_set_service (server, port);
  gst_rtsp_server_set_content_length_limit (server, BODY_MAX);
  g_signal_connect (
      server, "client-connected", G_CALLBACK (on_connected), NULL);
  /* A thread for each: while one waits for its generation, the others play. */
  gst_rtsp_thread_pool_set_max_threads (threads, -1);
  gst_rtsp_server_set_thread_pool (server, threads);
  if (options->password != NULL) {
    auth =
        rtsp_auth_new (RTSP_SERVER_USER, options->password, RTSP_FACTORY_ROLE);
    gst_rtsp_server_set_auth (server, auth);
  }
  return self;
}
