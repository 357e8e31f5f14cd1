/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspfixture.h"

#include "media.h"

#define DELAY_CS 8
#define PICTURES_PER_FRAME (DELAY_CS * RTSP_FACTORY_RATE / 100)
/* A color's way through YUV and a lossy codec, for each component. */
#define TOLERANCE 24

const guint32 rtsp_fixture_colors[] = { 0xd01010, 0x10d010, 0x1010d0, 0xd0d010,
  0x10d0d0 };
#define N_COLORS G_N_ELEMENTS (rtsp_fixture_colors)

const char *const rtsp_fixture_plugins[] = { "coreelements", "app",
  "videoconvertscale", "videocrop", "x264", "videoparsersbad", "rtp",
  "rtpmanager", "udp", "rtsp", "tcp", "libav", NULL };

static guint
or_usual (guint n, guint usual)
{
  return n != 0 ? n : usual;
}

void
rtsp_fixture_set_up (RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) gif =
      media_make_gif (64, 48, DELAY_CS, rtsp_fixture_colors, N_COLORS);
  static const RtspTestLimits none = { 0 };
  const RtspTestLimits *limits = data != NULL ? data : &none;
  RtspOptions options = {
    .address = "127.0.0.1",
    .password = limits->password,
    .limits = { .max_entries = or_usual (limits->max_mounts, 4),
        .max_jobs = or_usual (limits->max_jobs, 8),
        .rate = limits->rate,
        .total_rate = limits->total_rate },
    .max_clients = or_usual (limits->max_clients, 8),
    .wait_s = or_usual (limits->wait_s, 60),
  };
  g_autoptr (GError) error = NULL;

  fixture->mock = fixture_serve (NULL);
  mock_server_set_gif (fixture->mock, gif);
  options.service.api_url = mock_server_get_url (fixture->mock);
  fixture->server = rtsp_server_new (&options);
  rtsp_server_start (fixture->server, &error);
  g_assert_no_error (error);
}

static gboolean
has_no_clients (gpointer server)
{
  return rtsp_server_count_clients (server) == 0;
}

static gboolean
has_no_uses (gpointer server)
{
  return rtsp_store_count_uses (rtsp_server_get_store (server)) == 0;
}

void
rtsp_fixture_tear_down (RtspFixture *fixture, gconstpointer data)
{
  fixture_wait_until (has_no_clients, fixture->server, "the last client's end");
  fixture_wait_until (has_no_uses, fixture->server, "the last media's end");
  rtsp_server_stop (fixture->server);
  g_object_unref (fixture->server);
  mock_server_free (fixture->mock);
}

/* Transfer full. */
static char *
make_url (RtspFixture *fixture, const char *tail)
{
  return g_strdup_printf ("rtsp://127.0.0.1:%d%s",
      gst_rtsp_server_get_bound_port (GST_RTSP_SERVER (fixture->server)), tail);
}

RtspPlayer *
rtsp_fixture_play (
    RtspFixture *fixture, const char *tail, const char *protocols)
{
  g_autofree char *url = make_url (fixture, tail);

  return rtsp_player_new (url, protocols);
}

RtspRequest *
rtsp_fixture_request (
    RtspFixture *fixture, GstRTSPMethod method, const char *tail)
{
  g_autofree char *url = make_url (fixture, tail);

  return rtsp_request_new (method, url);
}

/* Transfer full. */
RtspRequest *
rtsp_fixture_describe (RtspFixture *fixture, const char *tail)
{
  RtspRequest *request =
      rtsp_fixture_request (fixture, GST_RTSP_DESCRIBE, tail);

  rtsp_request_wait (request);
  g_assert_cmpint (request->result, ==, GST_RTSP_OK);
  return request;
}

guint
rtsp_fixture_count_posts (RtspFixture *fixture)
{
  return mock_server_count (fixture->mock, MOCK_EVENT_POST_RECEIVED);
}

guint
rtsp_fixture_count_uses (RtspFixture *fixture)
{
  return rtsp_store_count_uses (rtsp_server_get_store (fixture->server));
}

static gboolean
has_expected_uses (gpointer data)
{
  RtspFixture *fixture = data;

  return rtsp_fixture_count_uses (fixture) == fixture->n_expected;
}

void
rtsp_fixture_wait_for_uses (RtspFixture *fixture, guint n)
{
  fixture->n_expected = n;
  fixture_wait_until (has_expected_uses, fixture, "the uses of the GIFs");
}

static gboolean
has_expected_posts (gpointer data)
{
  RtspFixture *fixture = data;

  return rtsp_fixture_count_posts (fixture) == fixture->n_expected;
}

void
rtsp_fixture_wait_for_posts (RtspFixture *fixture, guint n)
{
  fixture->n_expected = n;
  fixture_wait_until (has_expected_posts, fixture, "the POSTs");
}

/* --- Pictures --- */

static gboolean
is_near (guint32 a, guint32 b)
{
  for (guint shift = 0; shift < 24; shift += 8) {
    int difference = (int) (a >> shift & 0xff) - (int) (b >> shift & 0xff);

    if (ABS (difference) > TOLERANCE)
      return FALSE;
  }
  return TRUE;
}

static guint
find_frame (guint32 color)
{
  for (guint i = 0; i < N_COLORS; i++) {
    if (is_near (color, rtsp_fixture_colors[i]))
      return i;
  }
  g_error ("no frame of the GIF is #%06x", color);
}

/* Each frame of the GIF is there for as many pictures as it lasts, and the first
 * one follows the last one. */
void
rtsp_fixture_assert_shows_the_gif (RtspPlayer *player, guint n_pictures)
{
  guint frame = find_frame (rtsp_player_get_color (player, 0));
  guint n_same = 1;
  gboolean whole = FALSE;

  for (guint i = 1; i < n_pictures; i++) {
    guint next = find_frame (rtsp_player_get_color (player, i));

    if (next == frame) {
      n_same++;
      g_assert_cmpuint (n_same, <=, PICTURES_PER_FRAME);
      continue;
    }
    g_assert_cmpuint (next, ==, (frame + 1) % N_COLORS);
    if (whole)
      g_assert_cmpuint (n_same, ==, PICTURES_PER_FRAME);
    whole = TRUE;
    frame = next;
    n_same = 1;
  }
}
