/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "netrun.h"

#include <string.h>

#include <gst/check/gstcheck.h>

/* Each text that a server chooses, with each character that it may not write on
 * a terminal or into a log. */

static const char *const garbage[] = {
  "\033[31m",         /* a terminal's colour */
  "\001",             /* C0 */
  "\177",             /* DEL */
  "\302\205",         /* NEL */
  "\302\233",         /* C1: CSI */
  "\342\200\250",     /* line separator */
  "\342\200\251",     /* paragraph separator */
  "\342\200\256",     /* right-to-left override */
  "\342\201\247",     /* right-to-left isolate */
  "\342\200\217",     /* right-to-left mark */
  "\330\234",         /* Arabic letter mark */
  "\342\200\213",     /* zero width space */
  "\357\273\277",     /* byte order mark */
  "\363\240\201\201", /* a tag, which nobody sees */
  "\377\300\200",     /* no UTF-8 */
};

/* Faults of the mock; %s is the garbage, as it is or encoded. */
static const struct
{
  const char *fault;
  gboolean encoded; /* in percent-encoding */
} places[] = {
  { "detail-text message='a%sb'", FALSE },
  { "error-text-200 message='a%sb'", FALSE },
  { "error-object message='a%sb'", FALSE },
  { "text message='a%sb'", FALSE },
  { "html message='a%sb'", FALSE },
  { "disposition message='a%sb'", FALSE },
  { "disposition message='a%sb'", TRUE },
  { "address address='http://127.0.0.1:1/a%sb'", FALSE },
  { "address address='http://127.0.0.1:1/a%sb'", TRUE },
  { "address address='http://a%sb.invalid/'", FALSE },
  { "address address='http://a%sb.invalid/'", TRUE },
  { "address address='x%sy:z'", FALSE },
  { "redirect-to on=post location='http://127.0.0.1:1/a%sb'", FALSE },
  { "redirect-to on=post location='http://a%sb.invalid/'", TRUE },
  { "redirect-to location='http://a%sb.invalid/'", FALSE },
  { "redirect-to location='http://a%sb.invalid/'", TRUE },
  { "redirect-to location='http://127.0.0.1:1/a%sb'", FALSE },
  { "redirect-to location='x%sy:z'", FALSE },
};

/* Nothing of @secret, and nothing that cannot be shown, comes of @fault. */
static void
run (const char *fault, const char *secret)
{
  g_autoptr (MockServer) server = net_server_new (fault, NULL);
  GstHarness *h = source_harness_new (server);
  NetWitness *witness = net_witness_new (h);

  net_set (h->element, "retries=0");
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  gst_message_unref (net_wait_for_end (h));
  gst_element_set_state (h->element, GST_STATE_NULL);
  net_witness_assert_unseen (witness, secret);
  net_witness_free (witness);
  net_harness_free (h);
}

GST_START_TEST (test_no_text_of_a_server_s_garbles_what_shows_it)
{
  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++) {
    g_autofree char *encoded = g_uri_escape_string (garbage[i], NULL, FALSE);
    g_auto (GStrv) parts = g_strsplit (places[__i__].fault, "%s", 2);
    g_autofree char *fault = g_strjoin (
        places[__i__].encoded ? encoded : garbage[i], parts[0], parts[1], NULL);
    g_autofree char *told = g_strescape (fault, NULL);

    g_print ("# %s\n", told);
    run (fault, TEST_TOKEN);
  }
}
GST_END_TEST;

/* What it takes to know it is in the other half. */
GST_START_TEST (test_a_secret_spread_over_fields_is_not_shown)
{
  const char *rest = TEST_TOKEN + strlen (TEST_TOKEN) / 2;
  g_autofree char *fault =
      g_strdup_printf ("disposition message='%.*s' type='%s'",
          (int) (rest - TEST_TOKEN), TEST_TOKEN, rest);

  run (fault, rest);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_net_text_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-text", &tc);

  tcase_add_loop_test (tc, test_no_text_of_a_server_s_garbles_what_shows_it, 0,
      G_N_ELEMENTS (places));
  tcase_add_test (tc, test_a_secret_spread_over_fields_is_not_shown);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_text);
