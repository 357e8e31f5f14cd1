/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sourceharness.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* What cache-dir keeps, and what it saves: generations cost money. */

static char *
folder_new (void)
{
  char *folder = g_dir_make_tmp ("visioncraft-cache-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

/* The one file that ends with @suffix; NULL: there is none. */
static char *
find_file (const char *folder, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  char *found = NULL;

  while ((name = g_dir_read_name (dir)) != NULL) {
    if (!g_str_has_suffix (name, suffix))
      continue;
    fail_unless (found == NULL, "more than one %s", suffix);
    found = g_build_filename (folder, name, NULL);
  }
  return found;
}

/* Those that stay: a lock may go a moment after the end. */
static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += !g_str_has_suffix (name, ".lock");
  return n;
}

static void
folder_free (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_remove (path);
  }
  g_rmdir (folder);
  g_free (folder);
}

static GstHarness *
cached_source (MockServer *server, const char *folder)
{
  GstHarness *h = source_harness_new (server);

  g_object_set (
      h->element, "cache-dir", folder, "retry-backoff-max", 0.1, NULL);
  return h;
}

static gboolean
was_cached (GstHarness *h)
{
  g_autoptr (GstStructure) stats = NULL;
  gboolean cached = FALSE;

  g_object_get (h->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_boolean (stats, "cached", &cached));
  return cached;
}

/* Runs to EOS: the bytes. */
static GBytes *
run (MockServer *server, const char *folder, gboolean cached)
{
  GstHarness *h = cached_source (server, folder);
  GBytes *bytes;

  gst_harness_play (h);
  bytes = source_harness_pull_all (h);
  fail_unless_equals_int (was_cached (h), cached);
  source_harness_free (h);
  return bytes;
}

static void
assert_mode (const char *path, guint mode)
{
  struct stat info;

  fail_unless_equals_int (lstat (path, &info), 0);
  fail_unless_equals_int (info.st_mode & 07777, mode);
}

GST_START_TEST (test_a_second_run_asks_nobody)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *above = folder_new ();
  char *folder = g_build_filename (above, "cache", NULL);
  g_autoptr (GBytes) made = run (server, folder, FALSE);
  guint n_connections = mock_server_count (server, MOCK_EVENT_CONNECTION);
  g_autofree char *gif = find_file (folder, ".gif");
  g_autofree char *json = find_file (folder, ".json");
  g_autofree char *text = NULL;
  g_autoptr (GBytes) kept = NULL;
  g_autoptr (GstMessage) message = NULL;
  GstHarness *h;

  assert_mode (folder, 0700);
  assert_mode (gif, 0600);
  assert_mode (json, 0600);
  fail_unless_equals_int (count_files (folder), 2);
  fail_unless (g_file_get_contents (json, &text, NULL, NULL));
  fail_unless (strstr (text, "\"a fox\"") != NULL, "%s", text);
  fail_unless (strstr (text, TEST_TOKEN) == NULL, "%s", text);
  fail_unless (strstr (text, "\"address\"") == NULL, "%s", text);

  /* Nor does it need a key. */
  h = cached_source (server, folder);
  g_object_set (h->element, "token", NULL, NULL);
  gst_harness_play (h);
  kept = source_harness_pull_all (h);
  assert_bytes_equal (made, kept);
  fail_unless (was_cached (h));
  message = source_harness_wait_element_message (h, "visioncraft-generated");
  fail_unless_equals_int (gst_value_array_get_size (gst_structure_get_value (
                              gst_message_get_structure (message), "images")),
      1);
  source_harness_free (h);
  assert_n_posts (server, 1);
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_CONNECTION), n_connections);
  folder_free (folder);
  folder_free (above);
}
GST_END_TEST;

/* Each makes another request of it. */
static const struct
{
  const char *property, *value;
} others[] = {
  { "prompt", "an owl" },
  { "negative-prompt", "blur" },
  { "sampler", "LMS" },
  { "cfg-scale", "3" },
  { "steps", "3" },
  { "variation", "1" },
  { "endpoint", "beta/generate-gif" },
};

GST_START_TEST (test_another_request_is_another_entry)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  GstHarness *h;

  for (guint i = 0; i < 2; i++) {
    h = cached_source (server, folder);
    gst_util_set_object_arg (
        G_OBJECT (h->element), others[__i__].property, others[__i__].value);
    source_harness_run_to_eos (h);
    fail_unless_equals_int (was_cached (h), i);
    source_harness_free (h);
    if (i == 0)
      g_bytes_unref (run (server, folder, FALSE));
  }
  assert_n_posts (server, 2);
  fail_unless_equals_int (count_files (folder), 4);
  folder_free (folder);
}
GST_END_TEST;

GST_START_TEST (test_the_environment_s_folder_serves_while_cache_dir_is_unset)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();

  g_setenv ("VISIONCRAFT_CACHE_DIR", folder, TRUE);
  g_bytes_unref (run (server, NULL, FALSE));
  g_bytes_unref (run (server, NULL, TRUE));
  assert_n_posts (server, 1);
  g_bytes_unref (run (server, "", FALSE));
  assert_n_posts (server, 2);
  g_unsetenv ("VISIONCRAFT_CACHE_DIR");
  folder_free (folder);
}
GST_END_TEST;

/* --- Damage --- */

static void
write_over (const char *path, gsize size, char byte)
{
  g_autofree char *text = NULL;
  gsize length;

  fail_unless (g_file_get_contents (path, &text, &length, NULL));
  text[length / 2] = byte;
  fail_unless (g_file_set_contents (path, text, MIN (size, length), NULL));
}

static void
cut_gif (const char *gif, const char *json)
{
  write_over (gif, 100, 'x');
}

static void
change_gif (const char *gif, const char *json)
{
  write_over (gif, G_MAXSIZE, 'x');
}

static void
remove_gif (const char *gif, const char *json)
{
  g_unlink (gif);
}

static void
link_gif (const char *gif, const char *json)
{
  g_autofree char *elsewhere = g_strconcat (gif, ".moved", NULL);

  fail_unless_equals_int (g_rename (gif, elsewhere), 0);
  fail_unless_equals_int (symlink (elsewhere, gif), 0);
}

static void
remove_json (const char *gif, const char *json)
{
  g_unlink (json);
}

static void
empty_json (const char *gif, const char *json)
{
  fail_unless (g_file_set_contents (json, "", 0, NULL));
}

static void
odd_json (const char *gif, const char *json)
{
  fail_unless (g_file_set_contents (
      json, "{\"size\": \"x\", \"sha256\": [], \"address\": {}}", -1, NULL));
}

static void
deep_json (const char *gif, const char *json)
{
  g_autofree char *text = g_strnfill (1000000, '[');

  fail_unless (g_file_set_contents (json, text, -1, NULL));
}

static void
replace_in (const char *json, const char *find, const char *replacement)
{
  g_autofree char *text = NULL;
  g_autoptr (GString) other = NULL;

  fail_unless (g_file_get_contents (json, &text, NULL, NULL));
  other = g_string_new (text);
  fail_unless_equals_int (g_string_replace (other, find, replacement, 0), 1);
  fail_unless (g_file_set_contents (json, other->str, -1, NULL));
}

/* Somebody gave it another name. */
static void
other_json (const char *gif, const char *json)
{
  replace_in (json, "\"variation\" : 0", "\"variation\" : 1");
}

/* Larger than max-size, and than any GIF that is there. */
static void
large_json (const char *gif, const char *json)
{
  replace_in (json, "\"size\" : ", "\"size\" : 9999999999");
}

static void (*const damages[]) (const char *gif, const char *json) = { cut_gif,
  change_gif, remove_gif, link_gif, remove_json, empty_json, odd_json,
  deep_json, other_json, large_json };

GST_START_TEST (test_a_damaged_entry_is_none_and_is_made_anew)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  g_autoptr (GBytes) made = run (server, folder, FALSE);
  g_autofree char *gif = find_file (folder, ".gif");
  g_autofree char *json = find_file (folder, ".json");
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GBytes) cached = NULL;

  damages[__i__](gif, json);
  again = run (server, folder, FALSE);
  cached = run (server, folder, TRUE);
  assert_bytes_equal (again, cached);
  assert_n_posts (server, 2);
  folder_free (folder);
}
GST_END_TEST;

GST_START_TEST (test_an_entry_over_max_size_is_an_error_without_a_request)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  GstHarness *h = cached_source (server, folder);
  g_autofree char *text = NULL;

  g_bytes_unref (run (server, folder, FALSE));
  g_object_set (h->element, "max-size", (guint64) 100, NULL);
  gst_harness_play (h);
  text = assert_error (h, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
  fail_unless (strstr (text, "cache-dir") != NULL, "%s", text);
  source_harness_free (h);
  assert_n_posts (server, 1);
  folder_free (folder);
}
GST_END_TEST;

GST_START_TEST (test_without_an_entry_the_key_is_asked_for)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  GstHarness *h = cached_source (server, folder);
  g_autofree char *text = NULL;

  g_object_set (h->element, "token", NULL, NULL);
  gst_harness_play (h);
  text = assert_error (h, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  fail_unless (strstr (text, "VISIONCRAFT_TOKEN") != NULL, "%s", text);
  source_harness_free (h);
  fail_unless_equals_int (mock_server_count (server, MOCK_EVENT_CONNECTION), 0);
  folder_free (folder);
}
GST_END_TEST;

/* --- At the same time --- */

GST_START_TEST (test_who_wants_the_same_waits_for_the_first)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  GstHarness *one = cached_source (server, folder);
  GstHarness *two = cached_source (server, folder);
  g_autoptr (GBytes) a = NULL;
  g_autoptr (GBytes) b = NULL;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (one, server);
  gst_harness_play (two);
  mock_server_release (server);
  a = source_harness_pull_all (one);
  b = source_harness_pull_all (two);
  assert_bytes_equal (a, b);
  fail_unless (was_cached (two));
  source_harness_free (one);
  source_harness_free (two);
  assert_n_posts (server, 1);
  fail_unless_equals_int (count_files (folder), 2);
  folder_free (folder);
}
GST_END_TEST;

/* The first one gives up: whoever waited asks for himself. */
GST_START_TEST (test_a_lock_dies_with_its_owner)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  GstHarness *one = cached_source (server, folder);
  GstHarness *two = cached_source (server, folder);

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (one, server);
  gst_harness_play (two);
  gst_element_set_state (one->element, GST_STATE_NULL);
  fail_unless (
      mock_server_wait_for (server, MOCK_EVENT_HELD, 2, TEST_DEADLINE_MS));
  mock_server_release (server);
  g_bytes_unref (source_harness_pull_all (two));
  fail_if (was_cached (two));
  source_harness_free (one);
  source_harness_free (two);
  assert_n_posts (server, 2);
  folder_free (folder);
}
GST_END_TEST;

GST_START_TEST (test_who_waits_can_be_stopped)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  GstHarness *one = cached_source (server, folder);
  GstHarness *two = cached_source (server, folder);

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (one, server);
  gst_harness_play (two);
  gst_element_set_state (two->element, GST_STATE_NULL);
  source_harness_free (two);
  mock_server_release (server);
  g_bytes_unref (source_harness_pull_all (one));
  source_harness_free (one);
  assert_n_posts (server, 1);
  folder_free (folder);
}
GST_END_TEST;

/* Discoverers stop there: before the end, while it is being stored, with the
 * last element of the process. */
GST_START_TEST (test_a_stop_at_the_last_byte_lets_the_next_one_in)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();

  for (guint i = 0; i < 20; i++) {
    GstHarness *h = cached_source (server, folder);
    gsize got = 0;
    g_autoptr (GBytes) sent = NULL;

    g_object_set (h->element, "variation", i, NULL);
    gst_harness_play (h);
    do {
      GstBuffer *buffer = gst_harness_pull (h);

      got += gst_buffer_get_size (buffer);
      gst_buffer_unref (buffer);
      g_clear_pointer (&sent, g_bytes_unref);
      sent = mock_server_ref_gif (server, -1);
    } while (got < g_bytes_get_size (sent));
    source_harness_free (h);

    h = cached_source (server, folder);
    g_object_set (h->element, "variation", i, NULL);
    source_harness_run_to_eos (h);
    source_harness_free (h);
    assert_n_posts (server, i + 1);
  }
  folder_free (folder);
}
GST_END_TEST;

/* --- Paid, and not there yet --- */

/* A run that ends when the service has replied, and before the GIF is there. */
static void
run_half (MockServer *server, const char *folder)
{
  GstHarness *h = cached_source (server, folder);

  mock_server_hold (server, MOCK_STAGE_GET, 100);
  source_harness_play_until_held (h, server);
  source_harness_free (h);
  mock_server_release (server);
}

GST_START_TEST (test_what_was_paid_is_fetched_before_another_post)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  g_autofree char *json = NULL;

  run_half (server, folder);
  json = find_file (folder, ".json");
  assert_mode (json, 0600);
  g_bytes_unref (run (server, folder, FALSE));
  assert_n_posts (server, 1);
  g_bytes_unref (run (server, folder, TRUE));
  assert_n_posts (server, 1);
  folder_free (folder);
}
GST_END_TEST;

GST_START_TEST (test_what_is_gone_for_good_is_generated_anew)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();

  run_half (server, folder);
  mock_server_push_fault (
      server, __i__ == 0 ? "410 on=get times=1" : "gif-html times=1");
  g_bytes_unref (run (server, folder, FALSE));
  assert_n_posts (server, 2);
  g_bytes_unref (run (server, folder, TRUE));
  assert_n_posts (server, 2);
  folder_free (folder);
}
GST_END_TEST;

/* What may pass costs no second generation. */
GST_START_TEST (test_a_broken_way_to_what_was_paid_is_no_reason_to_pay)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  GstHarness *h;
  GstMessage *message;
  g_autoptr (GError) error = NULL;

  run_half (server, folder);
  mock_server_push_fault (server, "reset-body after=100 times=1");
  h = cached_source (server, folder);
  g_object_set (h->element, "retries", 0, NULL);
  gst_harness_play (h);
  message = source_harness_wait_message (h, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  gst_message_unref (message);
  fail_unless (
      strstr (error->message, "variation") != NULL, "%s", error->message);
  source_harness_free (h);
  assert_n_posts (server, 1);
  g_bytes_unref (run (server, folder, FALSE));
  assert_n_posts (server, 1);
  folder_free (folder);
}
GST_END_TEST;

/* Then its own error is the one to tell. */
GST_START_TEST (test_what_is_gone_is_named_where_there_is_no_key)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  GstHarness *h;
  GstMessage *message;
  g_autoptr (GError) error = NULL;

  run_half (server, folder);
  mock_server_push_fault (server, "410 on=get times=1");
  h = cached_source (server, folder);
  g_object_set (h->element, "token", NULL, NULL);
  gst_harness_play (h);
  message = source_harness_wait_message (h, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  gst_message_unref (message);
  fail_unless (
      g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND),
      "%s", error->message);
  fail_unless (strstr (error->message, "410") != NULL, "%s", error->message);
  source_harness_free (h);
  assert_n_posts (server, 1);
  folder_free (folder);
}
GST_END_TEST;

/* --- Folders that are not used --- */

static void
run_with_warning (MockServer *server, const char *folder, const char *words)
{
  GstHarness *h = cached_source (server, folder);
  g_autoptr (GstMessage) warning = NULL;
  g_autoptr (GError) error = NULL;

  source_harness_run_to_eos (h);
  warning = source_harness_wait_message (h, GST_MESSAGE_WARNING);
  gst_message_parse_warning (warning, &error, NULL);
  fail_unless (strstr (error->message, words) != NULL, "%s", error->message);
  fail_if (was_cached (h));
  assert_no_error (h);
  source_harness_free (h);
}

GST_START_TEST (test_a_folder_that_is_not_safe_is_not_used_but_named)
{
  static const char *const ends[] = { "/", "/.", "//.//" };
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  char *link = g_strconcat (folder, ".link", NULL);

  g_chmod (folder, 0770);
  run_with_warning (server, folder, "can be written by others");
  g_chmod (folder, 0702);
  run_with_warning (server, folder, "can be written by others");
  g_chmod (folder, 0700);
  fail_unless_equals_int (symlink (folder, link), 0);
  run_with_warning (server, link, "cannot be used");
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *path = g_strconcat (link, ends[i], NULL);

    run_with_warning (server, path, "cannot be used");
  }
  run_with_warning (server, "/dev/null/cache", "cannot be used");
  fail_unless_equals_int (count_files (folder), 0);
  assert_n_posts (server, 4 + G_N_ELEMENTS (ends));
  g_unlink (link);
  g_free (link);
  folder_free (folder);
}
GST_END_TEST;

GST_START_TEST (test_no_space_is_a_warning_and_leaves_nothing_half)
{
  g_autoptr (MockServer) server = source_server_new ();
  char *folder = folder_new ();
  struct rlimit before, limit;

  signal (SIGXFSZ, SIG_IGN);
  fail_unless_equals_int (getrlimit (RLIMIT_FSIZE, &before), 0);
  limit = before;
  limit.rlim_cur = 1000;
  fail_unless_equals_int (setrlimit (RLIMIT_FSIZE, &limit), 0);
  run_with_warning (server, folder, "cannot be used");
  fail_unless_equals_int (setrlimit (RLIMIT_FSIZE, &before), 0);
  fail_unless (find_file (folder, ".gif") == NULL);
  fail_unless (find_file (folder, ".part") == NULL);

  /* Its address is still known. */
  g_bytes_unref (run (server, folder, FALSE));
  assert_n_posts (server, 1);
  folder_free (folder);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_cache_suite (void)
{
  TCase *tc;
  Suite *suite = source_suite_new ("visioncraftgifsrc-cache", &tc);

  tcase_add_test (tc, test_a_second_run_asks_nobody);
  tcase_add_loop_test (
      tc, test_another_request_is_another_entry, 0, G_N_ELEMENTS (others));
  tcase_add_test (
      tc, test_the_environment_s_folder_serves_while_cache_dir_is_unset);
  tcase_add_loop_test (tc, test_a_damaged_entry_is_none_and_is_made_anew, 0,
      G_N_ELEMENTS (damages));
  tcase_add_test (
      tc, test_an_entry_over_max_size_is_an_error_without_a_request);
  tcase_add_test (tc, test_without_an_entry_the_key_is_asked_for);
  tcase_add_test (tc, test_who_wants_the_same_waits_for_the_first);
  tcase_add_test (tc, test_a_lock_dies_with_its_owner);
  tcase_add_test (tc, test_who_waits_can_be_stopped);
  tcase_add_test (tc, test_a_stop_at_the_last_byte_lets_the_next_one_in);
  tcase_add_test (tc, test_what_was_paid_is_fetched_before_another_post);
  tcase_add_loop_test (tc, test_what_is_gone_for_good_is_generated_anew, 0, 2);
  tcase_add_test (tc, test_a_broken_way_to_what_was_paid_is_no_reason_to_pay);
  tcase_add_test (tc, test_what_is_gone_is_named_where_there_is_no_key);
  tcase_add_test (tc, test_a_folder_that_is_not_safe_is_not_used_but_named);
  tcase_add_test (tc, test_no_space_is_a_warning_and_leaves_nothing_half);
  return suite;
}

GST_CHECK_MAIN (visioncraftgifsrc_cache);
