/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mockcert.h"
#include "mockserver.h"
#include "vcclient.h"

#include <string.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>

#define TOKEN "sk-test-9f27c1"
#define DEADLINE_S 20

/* What a job has told, to be waited for. */
typedef struct
{
  gint refs; /* atomic; of notify_data */
  GMutex lock;
  GCond cond;
  guint events[VC_JOB_FAILED + 1]; /* lock */
  GError *error;                   /* lock */
} News;

static void
on_event (VcJob *job, VcJobEvent event, const GError *error, gpointer data)
{
  News *news = data;

  g_mutex_lock (&news->lock);
  news->events[event]++;
  if (error != NULL)
    news->error = g_error_copy (error);
  g_cond_broadcast (&news->cond);
  g_mutex_unlock (&news->lock);
}

static void
drop_news (gpointer data)
{
  News *news = data;

  g_mutex_lock (&news->lock);
  g_atomic_int_add (&news->refs, -1);
  g_cond_broadcast (&news->cond);
  g_mutex_unlock (&news->lock);
}

static void
news_init (News *news)
{
  memset (news, 0, sizeof (*news));
  g_mutex_init (&news->lock);
  g_cond_init (&news->cond);
}

static void
news_clear (News *news)
{
  g_clear_error (&news->error);
  g_mutex_clear (&news->lock);
  g_cond_clear (&news->cond);
}

static gint64
deadline (void)
{
  return g_get_monotonic_time () + DEADLINE_S * G_TIME_SPAN_SECOND;
}

static void
wait_for_end (News *news)
{
  gint64 until = deadline ();

  g_mutex_lock (&news->lock);
  while (news->events[VC_JOB_DONE] + news->events[VC_JOB_FAILED] == 0)
    g_assert_true (g_cond_wait_until (&news->cond, &news->lock, until));
  g_mutex_unlock (&news->lock);
}

static void
wait_for_no_refs (News *news)
{
  gint64 until = deadline ();

  g_mutex_lock (&news->lock);
  while (g_atomic_int_get (&news->refs) > 0)
    g_assert_true (g_cond_wait_until (&news->cond, &news->lock, until));
  g_mutex_unlock (&news->lock);
}

static MockServer *
server_new (const char *fault)
{
  const MockOptions options = {
    .width = 64, .height = 48, .n_frames = 4, .fault = fault
  };
  GError *error = NULL;
  MockServer *server = mock_server_new (&options, &error);

  g_assert_no_error (error);
  return server;
}

static VcRequest *
request_new (const char *api_url)
{
  VcRequest *request = vc_request_new ();

  request->api_url = g_strdup (api_url);
  request->token = g_strdup (TOKEN);
  request->prompt = g_strdup ("a fox");
  request->sampler = g_strdup ("Euler");
  request->cfg_scale = 10;
  request->steps = 30;
  request->ssl_strict = TRUE;
  request->keep_alive = TRUE;
  request->retries = 1;
  request->retry_backoff_max = 0.01;
  return request;
}

static VcJob *
start (VcClient *client, VcRequest *request, News *news)
{
  g_autoptr (GError) error = NULL;

  g_atomic_int_inc (&news->refs);
  g_assert_true (vc_client_open (client, &error));
  return vc_client_start (client, request, on_event, news, drop_news);
}

static void
end (VcJob *job)
{
  vc_job_cancel (job);
  vc_job_unref (job);
}

static void
test_a_job_tells_its_events_once_and_reports (void)
{
  g_autoptr (MockServer) server = server_new ("429 times=1");
  VcClient *client = vc_client_get ();
  g_auto (VcReport) report = { 0 };
  News news;
  VcJob *job;

  news_init (&news);
  job = start (client, request_new (mock_server_get_url (server)), &news);
  wait_for_end (&news);
  g_assert_no_error (news.error);
  g_assert_cmpuint (news.events[VC_JOB_GENERATED], ==, 1);
  g_assert_cmpuint (news.events[VC_JOB_HEADERS], ==, 1);
  g_assert_cmpuint (news.events[VC_JOB_DONE], ==, 1);
  vc_job_get_report (job, &report);
  g_assert_cmpint (report.phase, ==, VC_PHASE_DONE);
  g_assert_cmpuint (report.requests, ==, 2);
  g_assert_cmpuint (report.retries, ==, 1);
  g_assert_cmpuint (report.status, ==, 200);
  g_assert_cmpuint (report.images->len, ==, 1);
  g_assert_cmpuint (report.bytes, ==, report.total);
  g_assert_cmpfloat (report.waited_s, >, 0);
  end (job);
  vc_client_unref (client);
  wait_for_no_refs (&news);
  news_clear (&news);
}

/* Cancelled before the network thread has even begun with it, and at every
 * moment after; no event comes, nothing stays. */
static void
test_cancelling_at_any_moment_leaves_nothing (void)
{
  g_autoptr (MockServer) server = server_new (NULL);
  News news;

  news_init (&news);
  for (guint i = 0; i < 300; i++) {
    VcClient *client = vc_client_get ();
    VcJob *job =
        start (client, request_new (mock_server_get_url (server)), &news);

    for (guint k = 0; k < i; k++)
      g_thread_yield ();
    end (job);
    vc_client_unref (client);
  }
  wait_for_no_refs (&news);
  news_clear (&news);
}

static void
test_readers_of_a_cancelled_job_are_let_go (void)
{
  g_autoptr (MockServer) server = server_new ("silence");
  VcClient *client = vc_client_get ();
  g_autoptr (GBytes) bytes = NULL;
  News news;
  VcJob *job;

  news_init (&news);
  job = start (client, request_new (mock_server_get_url (server)), &news);
  g_assert_true (mock_server_wait_for (
      server, MOCK_EVENT_POST_RECEIVED, 1, DEADLINE_S * 1000));
  vc_job_cancel (job);
  g_assert_cmpint (vc_body_read (vc_job_get_body (job), 0, 1, &bytes, NULL), ==,
      VC_READ_FLUSHING);
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_CLOSED, 1, DEADLINE_S * 1000));
  vc_job_unref (job);
  vc_client_unref (client);
  wait_for_no_refs (&news);
  g_assert_cmpuint (news.events[VC_JOB_FAILED], ==, 0);
  news_clear (&news);
}

/* Whatever leads a plain request elsewhere, here an application's session:
 * nothing of it goes out. */
static void
test_the_token_stops_on_a_way_that_leaves_this_machine (void)
{
  g_autofree char *folder = g_dir_make_tmp ("visioncraft-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection = NULL;
  VcRequest *request = request_new ("http://127.0.0.1:1");
  VcClient *client = vc_client_get ();
  char received[16];
  News news;
  VcJob *job;

  g_assert_true (g_socket_listener_add_address (listener, address,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, NULL));
  request->session = G_OBJECT (
      soup_session_new_with_options ("remote-connectable", address, NULL));
  news_init (&news);
  job = start (client, request, &news);
  wait_for_end (&news);
  g_assert_error (news.error, VC_ERROR, VC_ERROR_SETTING);
  g_assert_nonnull (strstr (news.error->message, "nothing was sent"));
  connection = g_socket_listener_accept (listener, NULL, NULL, NULL);
  g_assert_nonnull (connection);
  g_assert_cmpint (g_input_stream_read (
                       g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                       received, sizeof (received), NULL, NULL),
      <=, 0);
  end (job);
  vc_client_unref (client);
  wait_for_no_refs (&news);
  news_clear (&news);
  g_unlink (path);
  g_rmdir (folder);
}

/* What an application's session brings along does not touch the requests. */
static void
test_a_given_session_s_features_are_left_out (void)
{
  g_autoptr (MockServer) server = server_new ("cookie on=post");
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupLogger) logger = soup_logger_new (SOUP_LOGGER_LOG_BODY);
  VcRequest *request = request_new (mock_server_get_url (server));
  VcClient *client = vc_client_get ();
  g_autofree char *head = NULL;
  News news;
  VcJob *job;

  soup_session_add_feature_by_type (session, SOUP_TYPE_COOKIE_JAR);
  soup_session_add_feature (session, SOUP_SESSION_FEATURE (logger));
  request->session = G_OBJECT (g_object_ref (session));
  news_init (&news);
  job = start (client, request, &news);
  wait_for_end (&news);
  g_assert_no_error (news.error);
  head = mock_server_dup_headers (server, MOCK_STAGE_GET, 0);
  g_assert_null (strstr (head, "Cookie:"));
  g_assert_cmpuint (
      mock_server_count (server, MOCK_EVENT_POST_RECEIVED), ==, 1);
  end (job);
  vc_client_unref (client);
  wait_for_no_refs (&news);
  news_clear (&news);
}

/* --- The protocol of the connection --- */

typedef struct
{
  GSocketListener *listener;
  GTlsCertificate *certificate;
} Host;

/* Offers HTTP/2 before HTTP/1.1, shakes one hand, and tells what was chosen
 * (transfer full). */
static gpointer
shake_one_hand (gpointer data)
{
  static const char *const protocols[] = { "h2", "http/1.1", NULL };
  Host *host = data;
  g_autoptr (GSocketConnection) connection =
      g_socket_listener_accept (host->listener, NULL, NULL, NULL);
  g_autoptr (GIOStream) tls = g_tls_server_connection_new (
      G_IO_STREAM (connection), host->certificate, NULL);

  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  g_assert_true (
      g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, NULL));
  return g_strdup (
      g_tls_connection_get_negotiated_protocol (G_TLS_CONNECTION (tls)));
}

static void
test_no_http_2_is_spoken (void)
{
  g_autoptr (MockCert) cert = mock_cert_new (MOCK_CERT_VALID, NULL);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketAddress) any =
      g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *url = NULL;
  Host host = { listener, mock_cert_get_certificate (cert) };
  VcClient *client = vc_client_get ();
  g_autofree char *protocol = NULL;
  VcRequest *request;
  GThread *thread;
  News news;
  VcJob *job;

  g_assert_true (g_socket_listener_add_address (listener, any,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  url = g_strdup_printf ("https://127.0.0.1:%u",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  thread = g_thread_new ("host", shake_one_hand, &host);
  request = request_new (url);
  request->ssl_ca_file = g_strdup (mock_cert_get_ca_file (cert));
  news_init (&news);
  job = start (client, request, &news);
  protocol = g_thread_join (thread);
  g_assert_cmpstr (protocol, ==, "http/1.1");
  end (job);
  vc_client_unref (client);
  wait_for_no_refs (&news);
  news_clear (&news);
}

#define ADD(name) g_test_add_func ("/vcjob/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (a_job_tells_its_events_once_and_reports);
  ADD (cancelling_at_any_moment_leaves_nothing);
  ADD (readers_of_a_cancelled_job_are_let_go);
  ADD (the_token_stops_on_a_way_that_leaves_this_machine);
  ADD (a_given_session_s_features_are_left_out);
  ADD (no_http_2_is_spoken);
  return g_test_run ();
}
