/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The RTSP server in this process, and clients of it.
 */
#include "fixture.h"
#include "media.h"
#include "rtspclient.h"
#include "rtspfactory.h"
#include "rtspserver.h"

#include <string.h>

#define DELAY_CS 8
#define PICTURES_PER_FRAME (DELAY_CS * RTSP_FACTORY_RATE / 100)
#define RTP_STEP (90000 / RTSP_FACTORY_RATE)
/* A color's way through YUV and a lossy codec, for each component. */
#define TOLERANCE 24

static const guint32 colors[] = { 0xd01010, 0x10d010, 0x1010d0, 0xd0d010,
  0x10d0d0 };
#define N_COLORS G_N_ELEMENTS (colors)

static const char *const plugins[] = { "coreelements", "app",
  "videoconvertscale", "videocrop", "x264", "videoparsersbad", "rtp",
  "rtpmanager", "udp", "rtsp", "tcp", "libav", NULL };

typedef struct
{
  MockServer *mock;
  RtspServer *server;
  guint n_expected;
} Fixture;

/* What differs from the usual. */
typedef struct
{
  guint max_mounts, max_clients, wait_s, max_jobs, rate, total_rate;
  const char *password;
} Limits;

static guint
or_usual (guint n, guint usual)
{
  return n != 0 ? n : usual;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) gif = media_make_gif (64, 48, DELAY_CS, colors, N_COLORS);
  static const Limits none = { 0 };
  const Limits *limits = data != NULL ? data : &none;
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

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixture_wait_until (has_no_clients, fixture->server, "the last client's end");
  fixture_wait_until (has_no_uses, fixture->server, "the last media's end");
  rtsp_server_stop (fixture->server);
  g_object_unref (fixture->server);
  mock_server_free (fixture->mock);
}

/* Transfer full. */
static char *
make_url (Fixture *fixture, const char *tail)
{
  return g_strdup_printf ("rtsp://127.0.0.1:%d%s",
      gst_rtsp_server_get_bound_port (GST_RTSP_SERVER (fixture->server)), tail);
}

static RtspPlayer *
play (Fixture *fixture, const char *tail, const char *protocols)
{
  g_autofree char *url = make_url (fixture, tail);

  return rtsp_player_new (url, protocols);
}

static RtspRequest *
start_request (Fixture *fixture, GstRTSPMethod method, const char *tail)
{
  g_autofree char *url = make_url (fixture, tail);

  return rtsp_request_new (method, url);
}

/* Transfer full. */
static RtspRequest *
describe (Fixture *fixture, const char *tail)
{
  RtspRequest *request = start_request (fixture, GST_RTSP_DESCRIBE, tail);

  rtsp_request_wait (request);
  g_assert_cmpint (request->result, ==, GST_RTSP_OK);
  return request;
}

static guint
count_posts (Fixture *fixture)
{
  return mock_server_count (fixture->mock, MOCK_EVENT_POST_RECEIVED);
}

static guint
count_uses (Fixture *fixture)
{
  return rtsp_store_count_uses (rtsp_server_get_store (fixture->server));
}

static gboolean
has_expected_uses (gpointer data)
{
  Fixture *fixture = data;

  return count_uses (fixture) == fixture->n_expected;
}

static void
wait_for_uses (Fixture *fixture, guint n)
{
  fixture->n_expected = n;
  fixture_wait_until (has_expected_uses, fixture, "the uses of the GIFs");
}

static gboolean
has_expected_posts (gpointer data)
{
  Fixture *fixture = data;

  return count_posts (fixture) == fixture->n_expected;
}

static void
wait_for_posts (Fixture *fixture, guint n)
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
    if (is_near (color, colors[i]))
      return i;
  }
  g_error ("no frame of the GIF is #%06x", color);
}

/* Each frame of the GIF is there for as many pictures as it lasts, and the first
 * one follows the last one. */
static void
assert_shows_the_gif (RtspPlayer *player, guint n_pictures)
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

static void
assert_is_at_rate (RtspPlayer *player, guint n_pictures)
{
  g_assert_cmpuint (rtsp_player_count_stamps (player), >=, n_pictures);
  for (guint i = 1; i < n_pictures; i++)
    g_assert_cmpuint (rtsp_player_get_step (player, i), ==, RTP_STEP);
  /* In real time. A slow start is made up for at once: the end counts. */
  g_assert_cmpint (
      rtsp_player_get_lasted_us (player, n_pictures / 2, n_pictures - 1), >,
      (n_pictures / 2 - 1) * (G_USEC_PER_SEC / RTSP_FACTORY_RATE) * 3 / 4);
}

/* --- Playing --- */

static void
test_80_pictures_come_at_25_a_second (Fixture *fixture, gconstpointer data)
{
  RtspPlayer *player = play (fixture, "/gif?prompt=a+paper+boat", "tcp");

  rtsp_player_wait (player, 80);
  assert_shows_the_gif (player, 80);
  assert_is_at_rate (player, 80);
  /* The client's and the pipeline's. */
  g_assert_cmpuint (count_uses (fixture), ==, 2);
  rtsp_player_free (player);

  wait_for_uses (fixture, 0);
  g_assert_cmpuint (
      rtsp_store_count_entries (rtsp_server_get_store (fixture->server)), ==,
      1);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

static void
test_pictures_come_over_udp (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RtspPlayer) player =
      play (fixture, "/gif?prompt=a+paper+boat", "udp");

  rtsp_player_wait (player, 10);
  assert_shows_the_gif (player, 10);
}

static void
test_clients_of_one_address_share (Fixture *fixture, gconstpointer data)
{
  RtspPlayer *first =
      play (fixture, "/gif?prompt=a+paper+boat&steps=20&cfg-scale=5", "tcp");
  RtspPlayer *second, *other;
  guint n_pictures;

  rtsp_player_wait (first, 10);
  /* The same, written in another way. */
  second = play (
      fixture, "/gif?cfg-scale=5&prompt=a%20paper%20boat&steps=20", "tcp");
  rtsp_player_wait (second, 10);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
  /* Two clients, one pipeline. */
  g_assert_cmpuint (count_uses (fixture), ==, 3);

  other =
      play (fixture, "/gif?prompt=a+paper+plane&steps=20&cfg-scale=5", "tcp");
  rtsp_player_wait (other, 10);
  g_assert_cmpuint (count_posts (fixture), ==, 2);

  /* Neither was disturbed when others came and went. */
  rtsp_player_free (second);
  n_pictures = rtsp_player_count (first) + 10;
  rtsp_player_wait (first, n_pictures);
  assert_shows_the_gif (first, n_pictures);
  assert_shows_the_gif (other, 10);
  rtsp_player_free (first);
  rtsp_player_free (other);
}

static void
test_gif_stays_when_the_pipeline_is_gone (Fixture *fixture, gconstpointer data)
{
  RtspPlayer *player = play (fixture, "/gif?prompt=a+paper+boat", "tcp");

  rtsp_player_wait (player, 1);
  rtsp_player_free (player);
  wait_for_uses (fixture, 0);
  player = play (fixture, "/gif?prompt=a+paper+boat", "tcp");
  rtsp_player_wait (player, 10);
  assert_shows_the_gif (player, 10);
  rtsp_player_free (player);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

/* One comes while the pipeline of the one before is still being stopped. Where
 * that is so just between two steps of the library's, it may have to come
 * again, and is told so. */
static void
test_clients_may_come_while_others_leave (Fixture *fixture, gconstpointer data)
{
  guint n_refused = 0;

  for (guint i = 0; i < 30; i++) {
    g_autoptr (RtspRequest) request = describe (fixture, "/gif?prompt=boat");

    if (request->code == GST_RTSP_STS_OK)
      continue;
    g_assert_cmpint (request->code, ==, GST_RTSP_STS_SERVICE_UNAVAILABLE);
    g_assert_cmpstr (request->retry_after, ==, "1");
    n_refused++;
  }
  g_test_message ("%u of 30 have to come again", n_refused);
  g_assert_cmpuint (n_refused, <, 10);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

/* --- Refusals --- */

static const struct
{
  const char *tail;
  GstRTSPStatusCode code;
  const char *reason; /* some words of it; NULL: the status says all */
} refusals[] = {
  { "/gif", GST_RTSP_STS_BAD_REQUEST, "what to show" },
  { "/gif?", GST_RTSP_STS_BAD_REQUEST, "what to show" },
  { "/gif?prompt=", GST_RTSP_STS_BAD_REQUEST, "what to show" },
  { "/gif?prompt=+%20", GST_RTSP_STS_BAD_REQUEST, "what to show" },
  { "/gif?steps=20", GST_RTSP_STS_BAD_REQUEST, "what to show" },
  { "/gif?prompt=a&prompt=b", GST_RTSP_STS_BAD_REQUEST, "twice" },
  { "/gif?prompt=%ff", GST_RTSP_STS_BAD_REQUEST, "coded" },
  { "/gif?prompt=a&steps=0", GST_RTSP_STS_BAD_REQUEST, "1 to 50" },
  { "/gif?prompt=a&steps=51", GST_RTSP_STS_BAD_REQUEST, "1 to 50" },
  { "/gif?prompt=a&steps=many", GST_RTSP_STS_BAD_REQUEST, "1 to 50" },
  { "/gif?prompt=a&cfg-scale=21", GST_RTSP_STS_BAD_REQUEST, "0 to 20" },
  { "/gif?prompt=a&cfg-scale=-1", GST_RTSP_STS_BAD_REQUEST, "0 to 20" },
  { "/gif?prompt=a&token=secret", GST_RTSP_STS_FORBIDDEN, "API key" },
  { "/gif?token=secret&prompt=a", GST_RTSP_STS_FORBIDDEN, "API key" },
  { "/gif?prompt=a&token-file=/etc/shadow", GST_RTSP_STS_FORBIDDEN, "API key" },
  { "/gif?prompt=a&size=512", GST_RTSP_STS_PARAMETER_NOT_UNDERSTOOD,
      "cfg-scale" },
  { "/", GST_RTSP_STS_NOT_FOUND, "nothing here" },
  { "/other?prompt=a", GST_RTSP_STS_NOT_FOUND, "nothing here" },
  { "/gif/0123456789abcdef", GST_RTSP_STS_NOT_FOUND, "nothing here" },
  { "/gifs?prompt=a", GST_RTSP_STS_NOT_FOUND, "nothing here" },
};

static void
test_what_is_not_a_request_is_refused (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (RtspRequest) request = describe (fixture, refusals[i].tail);

    g_test_message (
        "%s: %d %s", refusals[i].tail, request->code, request->body);
    g_assert_cmpint (request->code, ==, refusals[i].code);
    g_assert_nonnull (strstr (request->body, refusals[i].reason));
    g_assert_null (strstr (request->body, "secret"));
  }
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_CONNECTION), ==, 0);
}

static void
test_long_prompt_is_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    guint length;
    GstRTSPStatusCode code;
  } prompts[] = {
    { RTSP_ADDRESS_MAX_PROMPT, GST_RTSP_STS_OK },
    { RTSP_ADDRESS_MAX_PROMPT + 1, GST_RTSP_STS_REQUEST_URI_TOO_LARGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++) {
    g_autofree char *prompt = g_strnfill (prompts[i].length, 'a');
    g_autofree char *tail = g_strconcat ("/gif?prompt=", prompt, NULL);
    g_autoptr (RtspRequest) request = describe (fixture, tail);

    g_assert_cmpint (request->code, ==, prompts[i].code);
  }
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

/* --- Addresses --- */

static void
test_a_prompt_may_be_raw_or_encoded (Fixture *fixture, gconstpointer data)
{
  static const char *const tails[] = {
    "/gif?prompt=%E7%8B%90+im+Sch%C3%B6nen&negative-prompt=%C3%A9",
    "/gif?prompt=\347\213\220+im+Sch\303\266nen&negative-prompt=\303\251",
    "/gif?prompt=\347\213\220%20im+Sch%c3%b6nen&negative_prompt=\303%a9",
    "/gif/?negative_prompt=%c3%A9&prompt=%E7%8B%90%20im%20Sch\303\266nen",
    "/gif?prompt=+%E7%8B%90+im+Sch\303\266nen+&negative-prompt=\303\251",
  };

  RtspRequest *requests[G_N_ELEMENTS (tails)];

  for (guint i = 0; i < G_N_ELEMENTS (tails); i++) {
    requests[i] = describe (fixture, tails[i]);
    g_assert_cmpint (requests[i]->code, ==, GST_RTSP_STS_OK);
    g_assert_cmpuint (count_posts (fixture), ==, 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    rtsp_request_free (requests[i]);
}

static void
test_names_are_those_of_the_service_too (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RtspRequest) first =
      describe (fixture, "/gif?prompt=a&negative-prompt=b&cfg-scale=5&steps=9");
  g_autoptr (RtspRequest) second =
      describe (fixture, "/gif?prompt=a&negative_prompt=b&cfg_scale=5&steps=9");
  g_autoptr (RtspRequest) twice =
      describe (fixture, "/gif?prompt=a&negative_prompt=b&negative-prompt=b");

  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (second->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (twice->code, ==, GST_RTSP_STS_BAD_REQUEST);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

static void
test_setup_generates_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RtspRequest) request =
      start_request (fixture, GST_RTSP_SETUP, "/gif?prompt=a+paper+boat");

  rtsp_request_wait (request);
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_NOT_FOUND);
  g_assert_cmpuint (count_posts (fixture), ==, 0);
}

/* --- Who may come in --- */

/* A player that says the password @password. Transfer full. */
static RtspPlayer *
play_as (Fixture *fixture, const char *password)
{
  g_autofree char *url =
      g_strdup_printf ("rtsp://" RTSP_SERVER_USER ":%s@127.0.0.1:%d"
                       "/gif?prompt=a+paper+boat",
          password,
          gst_rtsp_server_get_bound_port (GST_RTSP_SERVER (fixture->server)));

  return rtsp_player_new (url, "tcp");
}

static void
test_nobody_without_the_password_comes_in (Fixture *fixture, gconstpointer data)
{
  static const GstRTSPMethod methods[] = { GST_RTSP_DESCRIBE, GST_RTSP_SETUP,
    GST_RTSP_OPTIONS };
  RtspPlayer *player;

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    g_autoptr (RtspRequest) request =
        start_request (fixture, methods[i], "/gif?prompt=a+paper+boat");

    rtsp_request_wait (request);
    g_assert_cmpint (request->code, ==, GST_RTSP_STS_UNAUTHORIZED);
    g_assert_true (g_str_has_prefix (request->challenge, "Digest "));
  }
  player = play_as (fixture, "wrong");
  rtsp_player_wait_for_error (player);
  rtsp_player_free (player);
  g_assert_cmpuint (count_posts (fixture), ==, 0);

  player = play_as (fixture, "secret");
  rtsp_player_wait (player, 5);
  assert_shows_the_gif (player, 5);
  rtsp_player_free (player);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

static void
test_who_tries_many_passwords_is_heard_no_more (
    Fixture *fixture, gconstpointer data)
{
  RtspPlayer *player;

  for (guint i = 0; i < 6; i++) {
    player = play_as (fixture, "wrong");
    rtsp_player_wait_for_error (player);
    rtsp_player_free (player);
  }
  player = play_as (fixture, "secret");
  rtsp_player_wait_for_error (player);
  rtsp_player_free (player);
  g_assert_cmpuint (count_posts (fixture), ==, 0);
}

/* --- Limits --- */

static void
test_idlest_gif_goes_when_there_is_no_place (
    Fixture *fixture, gconstpointer data)
{
  RtspRequest *first = describe (fixture, "/gif?prompt=one");
  RtspRequest *second = describe (fixture, "/gif?prompt=two");

  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (second->code, ==, GST_RTSP_STS_SERVICE_UNAVAILABLE);
  g_assert_nonnull (strstr (second->body, "in use"));
  g_assert_cmpuint (count_posts (fixture), ==, 1);
  rtsp_request_free (first);
  rtsp_request_free (second);

  wait_for_uses (fixture, 0);
  second = describe (fixture, "/gif?prompt=two");
  g_assert_cmpint (second->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (second);
  wait_for_uses (fixture, 0);
  g_assert_cmpuint (
      rtsp_store_count_entries (rtsp_server_get_store (fixture->server)), ==,
      1);

  /* It had to go, and is made again. */
  first = describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (first);
  g_assert_cmpuint (count_posts (fixture), ==, 3);
}

static void
test_one_client_too_many_is_sent_away (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RtspRequest) first = describe (fixture, "/gif?prompt=one");
  g_autoptr (RtspRequest) second =
      start_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");

  rtsp_request_wait (second);
  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (second->result, !=, GST_RTSP_OK);
}

static void
test_a_client_generates_so_often_and_sees_what_is_there (
    Fixture *fixture, gconstpointer data)
{
  static const char *const tails[] = { "/gif?prompt=1", "/gif?prompt=2",
    "/gif?prompt=1", "/gif?prompt=3", "/gif?prompt=2" };

  RtspRequest *requests[G_N_ELEMENTS (tails)];

  for (guint i = 0; i < G_N_ELEMENTS (tails); i++) {
    gboolean too_many = i == 3;

    requests[i] = describe (fixture, tails[i]);
    g_assert_cmpint (requests[i]->code, ==,
        too_many ? GST_RTSP_STS_SERVICE_UNAVAILABLE : GST_RTSP_STS_OK);
    g_assert_true (too_many == (requests[i]->retry_after != NULL));
  }
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    rtsp_request_free (requests[i]);
  g_assert_cmpuint (count_posts (fixture), ==, 2);
}

/* One at a time: the others wait for their turn. */
static void
test_who_leaves_before_his_turn_pays_nothing (
    Fixture *fixture, gconstpointer data)
{
  RtspRequest *first, *left, *stayed;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  first = start_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");
  wait_for_posts (fixture, 1);
  left = start_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=two");
  stayed = start_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=three");
  wait_for_uses (fixture, 3);
  rtsp_request_hang_up (left);
  wait_for_uses (fixture, 2);
  rtsp_request_free (left);
  g_assert_cmpuint (count_posts (fixture), ==, 1);

  mock_server_release (fixture->mock);
  rtsp_request_wait (first);
  rtsp_request_wait (stayed);
  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (stayed->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpuint (count_posts (fixture), ==, 2);
  rtsp_request_free (first);
  rtsp_request_free (stayed);
}

/* Once the service has it, it is paid for, and kept for the next one. */
static void
test_who_leaves_after_that_finds_it_again (Fixture *fixture, gconstpointer data)
{
  RtspRequest *request;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  request = start_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");
  wait_for_posts (fixture, 1);
  rtsp_request_hang_up (request);
  wait_for_uses (fixture, 0);
  rtsp_request_free (request);
  mock_server_release (fixture->mock);
  request = describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (request);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

static void
test_a_gif_with_a_vast_screen_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) gif = media_make_gif (4097, 2304, 10, colors, 1);
  g_autoptr (RtspRequest) request = NULL;

  mock_server_set_gif (fixture->mock, gif);
  request = describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_BAD_GATEWAY);
  g_assert_nonnull (strstr (request->body, "max-pixels"));
}

static void
test_wait_has_an_end_and_the_generation_goes_on (
    Fixture *fixture, gconstpointer data)
{
  RtspRequest *request;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  request = describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_SERVICE_UNAVAILABLE);
  g_assert_nonnull (request->retry_after);
  rtsp_request_free (request);

  mock_server_release (fixture->mock);
  request = describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (request);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

static void
test_all_who_wait_get_the_one_generation (Fixture *fixture, gconstpointer data)
{
  RtspRequest *requests[3];

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    requests[i] = start_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");
  wait_for_uses (fixture, G_N_ELEMENTS (requests));
  mock_server_release (fixture->mock);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    rtsp_request_wait (requests[i]);
    g_assert_cmpint (requests[i]->code, ==, GST_RTSP_STS_OK);
  }
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    rtsp_request_free (requests[i]);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

static void
test_stop_does_not_wait_for_the_service (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RtspRequest) request = NULL;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  request = start_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");
  wait_for_uses (fixture, 1);
  rtsp_server_stop (fixture->server);
  rtsp_request_wait (request);
  g_assert_cmpint (request->code, !=, GST_RTSP_STS_OK);
}

/* --- What the service says --- */

static const struct
{
  const char *tail;
  GstRTSPStatusCode code;
  const char *reason;
  const char *retry_after;
} failures[] = {
  { "/gif?prompt=fault:403", GST_RTSP_STS_BAD_GATEWAY, "403", NULL },
  { "/gif?prompt=fault:422", GST_RTSP_STS_BAD_REQUEST, "422", NULL },
  { "/gif?prompt=a&sampler=none+such", GST_RTSP_STS_BAD_REQUEST, "sampler",
      NULL },
  { "/gif?prompt=fault:500", GST_RTSP_STS_BAD_GATEWAY, "500", NULL },
  { "/gif?prompt=fault:html", GST_RTSP_STS_BAD_GATEWAY, "502", NULL },
  { "/gif?prompt=fault:429+retry-after=1", GST_RTSP_STS_SERVICE_UNAVAILABLE,
      "429", "1" },
  { "/gif?prompt=fault:token-echo", GST_RTSP_STS_BAD_GATEWAY, "", NULL },
  { "/gif?prompt=fault:gif-truncated+after=3", GST_RTSP_STS_BAD_GATEWAY, "",
      NULL },
};

static void
test_failure_is_told_and_not_kept (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++) {
    g_autoptr (RtspRequest) request = describe (fixture, failures[i].tail);

    g_test_message (
        "%s: %d %s", failures[i].tail, request->code, request->body);
    g_assert_cmpint (request->code, ==, failures[i].code);
    g_assert_nonnull (strstr (request->body, failures[i].reason));
    g_assert_cmpstr (request->retry_after, ==, failures[i].retry_after);
    g_assert_null (strstr (request->body, TEST_KEY));
  }
  g_assert_cmpuint (
      rtsp_store_count_entries (rtsp_server_get_store (fixture->server)), ==,
      0);
}

#define ADD(path, limits, function) \
  g_test_add ("/rtsp/" path, Fixture, limits, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  static const Limits one_mount = { .max_mounts = 1 };
  static const Limits one_client = { .max_clients = 1 };
  static const Limits short_wait = { .wait_s = 1 };
  static const Limits two_each = { .rate = 2 };
  static const Limits two_in_all = { .total_rate = 2 };
  static const Limits one_job = { .max_jobs = 1 };
  static const Limits locked = { .password = "secret" };

  g_test_init (&argc, &argv, NULL);
  media_init (&argc, &argv, plugins);
  ADD ("refusals", NULL, test_what_is_not_a_request_is_refused);
  ADD ("long-prompt", NULL, test_long_prompt_is_refused);
  ADD ("unicode", NULL, test_a_prompt_may_be_raw_or_encoded);
  ADD ("names", NULL, test_names_are_those_of_the_service_too);
  ADD ("rate", &two_each,
      test_a_client_generates_so_often_and_sees_what_is_there);
  ADD ("total-rate", &two_in_all,
      test_a_client_generates_so_often_and_sees_what_is_there);
  ADD ("leave-early", &one_job, test_who_leaves_before_his_turn_pays_nothing);
  ADD ("leave-late", NULL, test_who_leaves_after_that_finds_it_again);
  ADD ("max-pixels", NULL, test_a_gif_with_a_vast_screen_is_refused);
  ADD ("setup", NULL, test_setup_generates_nothing);
  ADD ("failures", NULL, test_failure_is_told_and_not_kept);
  ADD ("play", NULL, test_80_pictures_come_at_25_a_second);
  ADD ("udp", NULL, test_pictures_come_over_udp);
  ADD ("share", NULL, test_clients_of_one_address_share);
  ADD ("keep", NULL, test_gif_stays_when_the_pipeline_is_gone);
  ADD ("password", &locked, test_nobody_without_the_password_comes_in);
  ADD ("tries", &locked, test_who_tries_many_passwords_is_heard_no_more);
  ADD ("come-and-go", NULL, test_clients_may_come_while_others_leave);
  ADD ("max-mounts", &one_mount, test_idlest_gif_goes_when_there_is_no_place);
  ADD ("max-clients", &one_client, test_one_client_too_many_is_sent_away);
  ADD ("wait", &short_wait, test_wait_has_an_end_and_the_generation_goes_on);
  ADD ("meet", NULL, test_all_who_wait_get_the_one_generation);
  ADD ("stop", NULL, test_stop_does_not_wait_for_the_service);
  return g_test_run ();
}
