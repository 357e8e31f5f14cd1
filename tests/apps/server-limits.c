/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the servers count clients by, and how often.
 */
#include "clientkey.h"
#include "ratelimit.h"

#define SECOND G_USEC_PER_SEC

static void
test_client_is_a_machine_or_a_network (void)
{
  static const struct
  {
    const char *address, *key;
  } rows[] = {
    { "127.0.0.1", CLIENT_KEY_LOOPBACK },
    { "127.255.3.9", CLIENT_KEY_LOOPBACK },
    { "::1", CLIENT_KEY_LOOPBACK },
    { "::ffff:127.0.0.1", CLIENT_KEY_LOOPBACK },
    { "203.0.113.7", "203.0.113.7" },
    { "::ffff:203.0.113.7", "203.0.113.7" },
    { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
    { "2001:db8:1:2::", "2001:db8:1:2::" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GInetAddress) address =
        g_inet_address_new_from_string (rows[i].address);
    g_autofree char *key = client_key_new (address);

    g_assert_cmpstr (key, ==, rows[i].key);
  }
}

static void
test_rate_is_even_after_a_burst (void)
{
  g_autoptr (RateLimit) limit = rate_limit_new (6);
  guint wait_s = 0;

  for (guint i = 0; i < 6; i++)
    g_assert_true (rate_limit_allow (limit, "a", SECOND, &wait_s));
  g_assert_false (rate_limit_allow (limit, "a", SECOND, &wait_s));
  g_assert_cmpuint (wait_s, ==, 10);
  g_assert_true (rate_limit_allow (limit, "b", SECOND, &wait_s));
  g_assert_false (rate_limit_allow (limit, "a", 10 * SECOND, &wait_s));
  g_assert_cmpuint (wait_s, ==, 1);
  g_assert_true (rate_limit_allow (limit, "a", 11 * SECOND, &wait_s));
  g_assert_false (rate_limit_allow (limit, "a", 11 * SECOND, &wait_s));
}

static void
test_no_rate_is_no_limit (void)
{
  g_autoptr (RateLimit) limit = rate_limit_new (0);
  guint wait_s = 0;

  for (guint i = 0; i < 1000; i++)
    g_assert_true (rate_limit_allow (limit, "a", 0, &wait_s));
}

/* Whoever has many addresses neither fills the memory, nor goes uncounted, nor
 * makes others forgotten. */
static void
test_very_many_clients_share_one_count (void)
{
  g_autoptr (RateLimit) limit = rate_limit_new (1);
  guint wait_s = 0, n_allowed = 0;

  g_assert_true (rate_limit_allow (limit, "first", SECOND, &wait_s));
  for (guint i = 0; i < 100000; i++) {
    g_autofree char *client = g_strdup_printf ("client %u", i);

    n_allowed += rate_limit_allow (limit, client, SECOND, &wait_s);
  }
  g_assert_cmpuint (n_allowed, <, 5000);
  g_assert_false (rate_limit_allow (limit, "first", SECOND, &wait_s));
  /* Rested clients make room. */
  g_assert_true (rate_limit_allow (limit, "new", 120 * SECOND, &wait_s));
  g_assert_true (rate_limit_allow (limit, "newer", 120 * SECOND, &wait_s));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (
      "/server-limits/client", test_client_is_a_machine_or_a_network);
  g_test_add_func ("/server-limits/rate", test_rate_is_even_after_a_burst);
  g_test_add_func ("/server-limits/no-rate", test_no_rate_is_no_limit);
  g_test_add_func (
      "/server-limits/many", test_very_many_clients_share_one_count);
  return g_test_run ();
}
