/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the RTSP server shows, and what it refuses.
 */
#include "media.h"
#include "rtspfixture.h"

#include <string.h>

#define RTP_STEP (90000 / RTSP_FACTORY_RATE)

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
test_80_pictures_come_at_25_a_second (RtspFixture *fixture, gconstpointer data)
{
  RtspPlayer *player =
      rtsp_fixture_play (fixture, "/gif?prompt=a+paper+boat", "tcp");

  rtsp_player_wait (player, 80);
  rtsp_fixture_assert_shows_the_gif (player, 80);
  assert_is_at_rate (player, 80);
  /* The client's and the pipeline's. */
  g_assert_cmpuint (rtsp_fixture_count_uses (fixture), ==, 2);
  rtsp_player_free (player);

  rtsp_fixture_wait_for_uses (fixture, 0);
  g_assert_cmpuint (
      rtsp_store_count_entries (rtsp_server_get_store (fixture->server)), ==,
      1);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
}

static void
test_pictures_come_over_udp (RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (RtspPlayer) player =
      rtsp_fixture_play (fixture, "/gif?prompt=a+paper+boat", "udp");

  rtsp_player_wait (player, 10);
  rtsp_fixture_assert_shows_the_gif (player, 10);
}

static void
test_clients_of_one_address_share (RtspFixture *fixture, gconstpointer data)
{
  RtspPlayer *first = rtsp_fixture_play (
      fixture, "/gif?prompt=a+paper+boat&steps=20&cfg-scale=5", "tcp");
  RtspPlayer *second, *other;
  guint n_pictures;

  rtsp_player_wait (first, 10);
  /* The same, written in another way. */
  second = rtsp_fixture_play (
      fixture, "/gif?cfg-scale=5&prompt=a%20paper%20boat&steps=20", "tcp");
  rtsp_player_wait (second, 10);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
  /* Two clients, one pipeline. */
  g_assert_cmpuint (rtsp_fixture_count_uses (fixture), ==, 3);

  other = rtsp_fixture_play (
      fixture, "/gif?prompt=a+paper+plane&steps=20&cfg-scale=5", "tcp");
  rtsp_player_wait (other, 10);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 2);

  /* Neither was disturbed when others came and went. */
  rtsp_player_free (second);
  n_pictures = rtsp_player_count (first) + 10;
  rtsp_player_wait (first, n_pictures);
  rtsp_fixture_assert_shows_the_gif (first, n_pictures);
  rtsp_fixture_assert_shows_the_gif (other, 10);
  rtsp_player_free (first);
  rtsp_player_free (other);
}

static void
test_gif_stays_when_the_pipeline_is_gone (
    RtspFixture *fixture, gconstpointer data)
{
  RtspPlayer *player =
      rtsp_fixture_play (fixture, "/gif?prompt=a+paper+boat", "tcp");

  rtsp_player_wait (player, 1);
  rtsp_player_free (player);
  rtsp_fixture_wait_for_uses (fixture, 0);
  player = rtsp_fixture_play (fixture, "/gif?prompt=a+paper+boat", "tcp");
  rtsp_player_wait (player, 10);
  rtsp_fixture_assert_shows_the_gif (player, 10);
  rtsp_player_free (player);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
}

/* One comes while the pipeline of the one before is still being stopped. Where
 * that is so just between two steps of the library's, it may have to come
 * again, and is told so. */
static void
test_clients_may_come_while_others_leave (
    RtspFixture *fixture, gconstpointer data)
{
  guint n_refused = 0;

  for (guint i = 0; i < 30; i++) {
    g_autoptr (RtspRequest) request =
        rtsp_fixture_describe (fixture, "/gif?prompt=boat");

    if (request->code == GST_RTSP_STS_OK)
      continue;
    g_assert_cmpint (request->code, ==, GST_RTSP_STS_SERVICE_UNAVAILABLE);
    g_assert_cmpstr (request->retry_after, ==, "1");
    n_refused++;
  }
  g_test_message ("%u of 30 have to come again", n_refused);
  g_assert_cmpuint (n_refused, <, 10);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
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
test_what_is_not_a_request_is_refused (RtspFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (RtspRequest) request =
        rtsp_fixture_describe (fixture, refusals[i].tail);

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
test_long_prompt_is_refused (RtspFixture *fixture, gconstpointer data)
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
    g_autoptr (RtspRequest) request = rtsp_fixture_describe (fixture, tail);

    g_assert_cmpint (request->code, ==, prompts[i].code);
  }
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
}

/* --- Addresses --- */

static void
test_a_prompt_may_be_raw_or_encoded (RtspFixture *fixture, gconstpointer data)
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
    requests[i] = rtsp_fixture_describe (fixture, tails[i]);
    g_assert_cmpint (requests[i]->code, ==, GST_RTSP_STS_OK);
    g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    rtsp_request_free (requests[i]);
}

static void
test_names_are_those_of_the_service_too (
    RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (RtspRequest) first = rtsp_fixture_describe (
      fixture, "/gif?prompt=a&negative-prompt=b&cfg-scale=5&steps=9");
  g_autoptr (RtspRequest) second = rtsp_fixture_describe (
      fixture, "/gif?prompt=a&negative_prompt=b&cfg_scale=5&steps=9");
  g_autoptr (RtspRequest) twice = rtsp_fixture_describe (
      fixture, "/gif?prompt=a&negative_prompt=b&negative-prompt=b");

  g_assert_cmpint (first->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (second->code, ==, GST_RTSP_STS_OK);
  g_assert_cmpint (twice->code, ==, GST_RTSP_STS_BAD_REQUEST);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 1);
}

static void
test_setup_generates_nothing (RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (RtspRequest) request = rtsp_fixture_request (
      fixture, GST_RTSP_SETUP, "/gif?prompt=a+paper+boat");

  rtsp_request_wait (request);
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_NOT_FOUND);
  g_assert_cmpuint (rtsp_fixture_count_posts (fixture), ==, 0);
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
test_failure_is_told_and_not_kept (RtspFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++) {
    g_autoptr (RtspRequest) request =
        rtsp_fixture_describe (fixture, failures[i].tail);

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  media_init (&argc, &argv, rtsp_fixture_plugins);
  RTSP_FIXTURE_ADD (
      "rtsp/refusals", NULL, test_what_is_not_a_request_is_refused);
  RTSP_FIXTURE_ADD ("rtsp/long-prompt", NULL, test_long_prompt_is_refused);
  RTSP_FIXTURE_ADD ("rtsp/unicode", NULL, test_a_prompt_may_be_raw_or_encoded);
  RTSP_FIXTURE_ADD (
      "rtsp/names", NULL, test_names_are_those_of_the_service_too);
  RTSP_FIXTURE_ADD ("rtsp/setup", NULL, test_setup_generates_nothing);
  RTSP_FIXTURE_ADD ("rtsp/failures", NULL, test_failure_is_told_and_not_kept);
  RTSP_FIXTURE_ADD ("rtsp/play", NULL, test_80_pictures_come_at_25_a_second);
  RTSP_FIXTURE_ADD ("rtsp/udp", NULL, test_pictures_come_over_udp);
  RTSP_FIXTURE_ADD ("rtsp/share", NULL, test_clients_of_one_address_share);
  RTSP_FIXTURE_ADD (
      "rtsp/keep", NULL, test_gif_stays_when_the_pipeline_is_gone);
  RTSP_FIXTURE_ADD (
      "rtsp/come-and-go", NULL, test_clients_may_come_while_others_leave);
  return g_test_run ();
}
