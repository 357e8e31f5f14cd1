/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whom the RTSP server lets in, and how much one may have.
 */
#include "media.h"
#include "rtspfixture.h"

#include <string.h>

/* --- Who may come in --- */

/* A player that says the password @password. Transfer full. */
static RtspPlayer *
play_as (RtspFixture *fixture, const char *password)
{
  g_autofree char *url =
      g_strdup_printf ("rtsp://" RTSP_SERVER_USER ":%s@127.0.0.1:%d"
                       "/gif?prompt=a+paper+boat",
          password,
          gst_rtsp_server_get_bound_port (GST_RTSP_SERVER (fixture->server)));

  return rtsp_player_new (url, "tcp");
}

static void
test_nobody_without_the_password_comes_in (
    RtspFixture *fixture, gconstpointer data)
{
  static const GstRTSPMethod methods[] = { GST_RTSP_DESCRIBE, GST_RTSP_SETUP,
    GST_RTSP_OPTIONS };
  RtspPlayer *player;

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    g_autoptr (RtspRequest) request =
        rtsp_fixture_request (fixture, methods[i], "/gif?prompt=a+paper+boat");

    rtsp_request_wait (request);
    g_assert_cmpint (request->code, ==, GST_RTSP_STS_UNAUTHORIZED);
    g_assert_true (g_str_has_prefix (request->challenge, "Digest "));
  }
  player = play_as (fixture, "wrong");
  rtsp_player_wait_for_error (player);
  rtsp_player_free (player);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 0);

  player = play_as (fixture, "secret");
  rtsp_player_wait (player, 5);
  rtsp_fixture_assert_shows_the_gif (player, 5);
  rtsp_player_free (player);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
}

static void
test_who_tries_many_passwords_is_heard_no_more (
    RtspFixture *fixture, gconstpointer data)
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
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 0);
}

/* --- RtspTestLimits --- */

static void
test_idlest_gif_goes_when_there_is_no_place (
    RtspFixture *fixture, gconstpointer data)
{
  RtspRequest *first = rtsp_fixture_describe (fixture, "/gif?prompt=one");
  RtspRequest *second = rtsp_fixture_describe (fixture, "/gif?prompt=two");

  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (second->code, ==, GST_RTSP_STS_SERVICE_UNAVAILABLE);
  g_assert_nonnull (strstr (second->body, "in use"));
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
  rtsp_request_free (first);
  rtsp_request_free (second);

  rtsp_fixture_wait_for_uses (fixture, 0);
  second = rtsp_fixture_describe (fixture, "/gif?prompt=two");
  g_assert_cmpint (second->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (second);
  rtsp_fixture_wait_for_uses (fixture, 0);
  g_assert_cmpuint (
      rtsp_store_count_entries (rtsp_server_get_store (fixture->server)), ==,
      1);

  /* It had to go, and is made again. */
  first = rtsp_fixture_describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (first);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 3);
}

static void
test_one_client_too_many_is_sent_away (RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (RtspRequest) first =
      rtsp_fixture_describe (fixture, "/gif?prompt=one");
  g_autoptr (RtspRequest) second =
      rtsp_fixture_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");

  rtsp_request_wait (second);
  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (second->result, !=, GST_RTSP_OK);
}

static void
test_a_client_generates_so_often_and_sees_what_is_there (
    RtspFixture *fixture, gconstpointer data)
{
  static const char *const tails[] = { "/gif?prompt=1", "/gif?prompt=2",
    "/gif?prompt=1", "/gif?prompt=3", "/gif?prompt=2" };

  RtspRequest *requests[G_N_ELEMENTS (tails)];

  for (guint i = 0; i < G_N_ELEMENTS (tails); i++) {
    gboolean too_many = i == 3;

    requests[i] = rtsp_fixture_describe (fixture, tails[i]);
    g_assert_cmpint (requests[i]->code, ==,
        too_many ? GST_RTSP_STS_SERVICE_UNAVAILABLE : GST_RTSP_STS_OK);
    g_assert_true (too_many == (requests[i]->retry_after != NULL));
  }
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    rtsp_request_free (requests[i]);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 2);
}

/* One at a time: the others wait for their turn. */
static void
test_who_leaves_before_his_turn_pays_nothing (
    RtspFixture *fixture, gconstpointer data)
{
  RtspRequest *first, *left, *stayed;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  first = rtsp_fixture_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");
  rtsp_fixture_wait_for_posts (fixture, 1);
  left = rtsp_fixture_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=two");
  stayed =
      rtsp_fixture_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=three");
  rtsp_fixture_wait_for_uses (fixture, 3);
  rtsp_request_hang_up (left);
  rtsp_fixture_wait_for_uses (fixture, 2);
  rtsp_request_free (left);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);

  mock_server_release (fixture->mock);
  rtsp_request_wait (first);
  rtsp_request_wait (stayed);
  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (stayed->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 2);
  rtsp_request_free (first);
  rtsp_request_free (stayed);
}

/* Once the service has it, it is paid for, and kept for the next one. */
static void
test_who_leaves_after_that_finds_it_again (
    RtspFixture *fixture, gconstpointer data)
{
  RtspRequest *request;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  request =
      rtsp_fixture_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");
  rtsp_fixture_wait_for_posts (fixture, 1);
  rtsp_request_hang_up (request);
  rtsp_fixture_wait_for_uses (fixture, 0);
  rtsp_request_free (request);
  mock_server_release (fixture->mock);
  request = rtsp_fixture_describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (request);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
}

static void
test_a_gif_with_a_vast_screen_is_refused (
    RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) gif =
      media_make_gif (4097, 2304, 10, rtsp_fixture_colors, 1);
  g_autoptr (RtspRequest) request = NULL;

  mock_server_set_gif (fixture->mock, gif);
  request = rtsp_fixture_describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_BAD_GATEWAY);
  g_assert_nonnull (strstr (request->body, "max-pixels"));
}

static void
test_wait_has_an_end_and_the_generation_goes_on (
    RtspFixture *fixture, gconstpointer data)
{
  RtspRequest *request;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  request = rtsp_fixture_describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_SERVICE_UNAVAILABLE);
  g_assert_nonnull (request->retry_after);
  rtsp_request_free (request);

  mock_server_release (fixture->mock);
  request = rtsp_fixture_describe (fixture, "/gif?prompt=one");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (request);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
}

static void
test_all_who_wait_get_the_one_generation (
    RtspFixture *fixture, gconstpointer data)
{
  RtspRequest *requests[3];

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    requests[i] =
        rtsp_fixture_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");
  rtsp_fixture_wait_for_uses (fixture, G_N_ELEMENTS (requests));
  mock_server_release (fixture->mock);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    rtsp_request_wait (requests[i]);
    g_assert_cmpint (requests[i]->code, ==, GST_RTSP_STS_OK);
  }
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    rtsp_request_free (requests[i]);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
}

static void
test_stop_does_not_wait_for_the_service (
    RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (RtspRequest) request = NULL;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  request =
      rtsp_fixture_request (fixture, GST_RTSP_DESCRIBE, "/gif?prompt=one");
  rtsp_fixture_wait_for_uses (fixture, 1);
  rtsp_server_stop (fixture->server);
  rtsp_request_wait (request);
  g_assert_cmpint (request->code, !=, GST_RTSP_STS_OK);
}

int
main (int argc, char **argv)
{
  static const RtspTestLimits one_mount = { .max_mounts = 1 };
  static const RtspTestLimits one_client = { .max_clients = 1 };
  static const RtspTestLimits short_wait = { .wait_s = 1 };
  static const RtspTestLimits two_each = { .rate = 2 };
  static const RtspTestLimits two_in_all = { .total_rate = 2 };
  static const RtspTestLimits one_job = { .max_jobs = 1 };
  static const RtspTestLimits locked = { .password = "secret" };

  g_test_init (&argc, &argv, NULL);
  media_init (&argc, &argv, rtsp_fixture_plugins);
  RTSP_FIXTURE_ADD ("rtsp-limits/rate", &two_each,
      test_a_client_generates_so_often_and_sees_what_is_there);
  RTSP_FIXTURE_ADD ("rtsp-limits/total-rate", &two_in_all,
      test_a_client_generates_so_often_and_sees_what_is_there);
  RTSP_FIXTURE_ADD ("rtsp-limits/leave-early", &one_job,
      test_who_leaves_before_his_turn_pays_nothing);
  RTSP_FIXTURE_ADD ("rtsp-limits/leave-late", NULL,
      test_who_leaves_after_that_finds_it_again);
  RTSP_FIXTURE_ADD (
      "rtsp-limits/max-pixels", NULL, test_a_gif_with_a_vast_screen_is_refused);
  RTSP_FIXTURE_ADD ("rtsp-limits/password", &locked,
      test_nobody_without_the_password_comes_in);
  RTSP_FIXTURE_ADD ("rtsp-limits/tries", &locked,
      test_who_tries_many_passwords_is_heard_no_more);
  RTSP_FIXTURE_ADD ("rtsp-limits/max-mounts", &one_mount,
      test_idlest_gif_goes_when_there_is_no_place);
  RTSP_FIXTURE_ADD ("rtsp-limits/max-clients", &one_client,
      test_one_client_too_many_is_sent_away);
  RTSP_FIXTURE_ADD ("rtsp-limits/wait", &short_wait,
      test_wait_has_an_end_and_the_generation_goes_on);
  RTSP_FIXTURE_ADD (
      "rtsp-limits/meet", NULL, test_all_who_wait_get_the_one_generation);
  RTSP_FIXTURE_ADD (
      "rtsp-limits/stop", NULL, test_stop_does_not_wait_for_the_service);
  return g_test_run ();
}
