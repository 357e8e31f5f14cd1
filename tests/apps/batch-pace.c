/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When the next request may leave.
 */
#include "pace.h"

#define SECOND G_USEC_PER_SEC

static void
test_requests_keep_their_interval (void)
{
  Pace pace;
  gint64 now = 1000 * SECOND;

  pace_init (&pace, 2, 900);
  g_assert_cmpint (pace_wait (&pace, now, 0), ==, 0);
  pace_start (&pace, now);
  g_assert_cmpint (pace_wait (&pace, now, 1), ==, 2 * SECOND);
  g_assert_cmpint (pace_wait (&pace, now + SECOND, 1), ==, SECOND);
  /* A pause is not made good for. */
  now += 100 * SECOND;
  g_assert_cmpint (pace_wait (&pace, now, 1), ==, 0);
  pace_start (&pace, now);
  g_assert_cmpint (pace_wait (&pace, now, 1), ==, 2 * SECOND);
}

/* By what is asked for; and then one request tries for all. */
static void
test_hold_is_as_long_as_it_says (void)
{
  Pace pace;
  gint64 now = 1000 * SECOND;

  pace_init (&pace, 0, 900);
  pace_start (&pace, now);
  g_assert_true (pace_refused (&pace, now, 7));
  /* One that was out at that time asks for less. */
  g_assert_true (pace_refused (&pace, now + SECOND, 1));
  g_assert_cmpint (pace_wait (&pace, now + SECOND, 0), ==, 6 * SECOND);
  now += 7 * SECOND;
  g_assert_cmpint (pace_wait (&pace, now, 0), ==, 0);
  g_assert_cmpint (pace_wait (&pace, now, 1), ==, G_MAXINT64);
  pace_accepted (&pace);
  g_assert_cmpint (pace_wait (&pace, now, 1), ==, 0);
}

/* Without a time: 1 s, then twice as long each time, a minute at most. Those
 * that were out together count once. */
static void
test_hold_without_a_time_grows (void)
{
  static const gint64 waits[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
  Pace pace;
  gint64 now = 1000 * SECOND;

  pace_init (&pace, 0, 604800);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++) {
    for (guint j = 0; j < 3; j++)
      g_assert_true (pace_refused (&pace, now, 0));
    g_assert_cmpint (pace_wait (&pace, now, 0), ==, waits[i] * SECOND);
    now += waits[i] * SECOND;
  }
  pace_accepted (&pace);
  g_assert_true (pace_refused (&pace, now, 0));
  g_assert_cmpint (pace_wait (&pace, now, 0), ==, SECOND);
}

/* Up to the longest that the option takes, and not a second more. */
static void
test_longest_wait_is_what_was_said (void)
{
  static const int longest[] = { 0, 1, 900, 2147, 2148, 3600, 86400, 604800 };

  for (guint i = 0; i < G_N_ELEMENTS (longest); i++) {
    Pace pace;
    gint64 now = 1000 * SECOND;

    if (longest[i] > 0) {
      pace_init (&pace, 0, longest[i]);
      g_assert_true (pace_refused (&pace, now, (guint) longest[i]));
    }
    pace_init (&pace, 0, longest[i]);
    g_assert_false (pace_refused (&pace, now, (guint) longest[i] + 1));
  }
}

/* All waits since it began to refuse are one. */
static void
test_short_waits_add_up (void)
{
  Pace pace;
  gint64 now = 1000 * SECOND;

  pace_init (&pace, 0, 10);
  for (guint i = 0; i < 10; i++)
    g_assert_true (pace_refused (&pace, now + i * SECOND, 1));
  g_assert_false (pace_refused (&pace, now + 10 * SECOND, 1));
  pace_accepted (&pace);
  g_assert_true (pace_refused (&pace, now + 11 * SECOND, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/batch-pace/" #name, test_##name)
  TEST (requests_keep_their_interval);
  TEST (hold_is_as_long_as_it_says);
  TEST (hold_without_a_time_grows);
  TEST (longest_wait_is_what_was_said);
  TEST (short_waits_add_up);
#undef TEST
  return g_test_run ();
}
