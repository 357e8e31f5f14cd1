/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why visioncraft-to-video writes nothing, and that it does not
 */
#include "programbench.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* --- Exit statuses --- */

/* The mock answers a prompt with the fault that it names. */
static const struct
{
  const char *fault;
  int status;
  const char *words;
} faults[] = {
  { "422", 65, "cfg-scale: ensure this value" },
  { "no-sampler", 65, "change the option it names" },
  { "500", 69, "Internal Server Error" },
  { "404", 69, "404" },
  { "html", 69, "502" },
  { "error-text-200", 69, "Something went wrong" },
  { "images-empty", 69, "names no image" },
  { "not-gif", 69, "not a GIF" },
  { "gone", 69, "410" },
  { "address-refused", 69, "refused" },
  { "429", 75, "Too Many Requests" },
  { "429 retry-after=7", 75, "try again in 7 s" },
  { "503", 75, "try again later" },
  { "rate-limit", 75, "try again in 60 s" },
  { "reset-before", 75, "reset by peer" },
  { "close-body after=200", 75, "ended after 200 of" },
  { "403", 77, "VISIONCRAFT_TOKEN" },
  { "banned", 77, "Your API key is banned" },
  { "paid-plan", 77, "Upgrade to a paid plan" },
  { "token-echo", 77, "" },
};

static void
test_faults_of_the_service (Bench *bench, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autofree char *prompt =
      g_strdup_printf ("a fox fault:%s", faults[index].fault);
  g_auto (Result) result = { 0 };

  bench_run (bench, &result, "--retries=0", "-q", prompt, "fox.mp4", NULL);
  bench_assert_failure (
      bench, &result, faults[index].status, faults[index].words, 1);
  /* Quiet: the error alone. */
  g_assert_true (g_str_has_prefix (result.err, "visioncraft-to-video: "));
  bench_assert_files (bench, "");
}

static void
test_a_broken_gif (Bench *bench, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GBytes) gif = g_bytes_new_static ("GIF89a\1\0\1\0\0\0\0\xff", 14);

  mock_server_set_gif (bench->server, gif);
  bench_run (bench, &result, "a fox", "fox.mp4", NULL);
  bench_assert_failure (bench, &result, 69, "cannot be converted (", 1);
  bench_assert_files (bench, "");
}

static void
test_nobody_listens (Bench *bench, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  bench_run (bench, &result, "a fox", "fox.mp4", "--retries=0", "--api-url",
      "http://127.0.0.1:1", NULL);
  bench_assert_failure (bench, &result, 69, "refused", 0);
  bench_assert_files (bench, "");
}

static const char *const usages[][5] = {
  { NULL },
  { "a fox" },
  { "a fox", "fox.mp4", "more" },
  { "a fox", "fox" },
  { "a fox", ".mp4" },
  { "a fox", "fox.avi" },
  { "a fox", "fox.mp4", "--no-such-option" },
  { "a fox", "fox.mp4", "--token", "secret" },
  { "", "fox.mp4" },
  { " \n", "fox.mp4" },
  { "\xff\xfe", "fox.mp4" },
  { "a fox", "fox.mp4", "--steps=0" },
  { "a fox", "fox.mp4", "--steps=51" },
  { "a fox", "fox.mp4", "--steps=many" },
  { "a fox", "fox.mp4", "--cfg-scale=21" },
  { "a fox", "fox.mp4", "--loops=0" },
  { "a fox", "fox.mp4", "--quality=101" },
  { "a fox", "fox.mp4", "--fps=0" },
  { "a fox", "fox.mp4", "--fps=25/0" },
  { "a fox", "fox.mp4", "--fps=fast" },
  { "a fox", "fox.mp4", "--fps=100000" },
  { "a fox", "fox.mp4", "--size=512" },
  { "a fox", "fox.mp4", "--size=0x0" },
  { "a fox", "fox.mp4", "--size=511x512" },
  { "a fox", "fox.mp4", "--size=512x512x" },
  { "a fox", "fox.mp4", "--background=#12" },
  { "a fox", "fox.mp4", "--background=colourful" },
  { "a fox", "fox.gif", "--loops=2" },
  { "a fox", "fox.gif", "--fps=5" },
  { "a fox", "fox.gif", "--size=64x64" },
  { "a fox", "fox.gif", "--background=red" },
  { "a fox", "fox.png", "--fps=5" },
  { "a fox", "fox.png", "--loops=2" },
  { "a fox", "fox.mov", "--quality=5" },
  { "a fox", "fox.mp4", "--api-url", "not an address" },
};

static void
test_usage (Bench *bench, gconstpointer data)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process =
      bench_start (bench, usages[GPOINTER_TO_UINT (data)]);

  bench_finish (process, &result);
  bench_assert_failure (bench, &result, 64, "", 0);
  bench_assert_files (bench, "");
}

static void
test_no_key (Bench *bench, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  g_subprocess_launcher_unsetenv (bench->launcher, "VISIONCRAFT_TOKEN");
  bench_run (bench, &result, "a fox", "fox.mp4", NULL);
  bench_assert_failure (bench, &result, 77, "--token-file", 0);
  bench_assert_files (bench, "");
}

static void
test_no_key_file (Bench *bench, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  bench_run (bench, &result, "a fox", "fox.mp4", "--token-file=none", NULL);
  bench_assert_failure (bench, &result, 77, "\"none\"", 0);
  bench_assert_files (bench, "");
}

static void
test_no_plugins (Bench *bench, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *registry = bench_path (bench, "registry.bin");

  g_subprocess_launcher_setenv (
      bench->launcher, "GST_PLUGIN_SYSTEM_PATH", "", TRUE);
  g_subprocess_launcher_setenv (
      bench->launcher, "GST_REGISTRY", registry, TRUE);
  bench_run (bench, &result, "a fox", "fox.mp4", NULL);
  bench_assert_failure (bench, &result, 69, "is missing", 0);
  bench_assert_files (bench, "registry.bin");
}

/* --- Files --- */

static const struct
{
  const char *existing, *file;
} existings[] = {
  { "fox.mp4", "fox.mp4" },
  { "fox.gif", "fox.gif" },
  { "fox-007.png", "fox-%03d.png" },
  { "fox.m3u8", "fox.m3u8" },
  { "fox00012.ts", "fox.m3u8" },
};

static void
test_existing_files_are_kept (Bench *bench, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_auto (Result) result = { 0 };
  g_autofree char *text = NULL;

  bench_write (bench, existings[index].existing, "mine");
  bench_run (bench, &result, "a fox", existings[index].file, NULL);
  bench_assert_failure (bench, &result, 74, "--force", 0);
  bench_assert_files (bench, existings[index].existing);
  text = bench_read (bench, existings[index].existing, NULL);
  g_assert_cmpstr (text, ==, "mine");
}

/* Also one that comes while the GIF is being generated. */
static void
test_new_files_are_kept (Bench *bench, gconstpointer unused)
{
  const char *const words[] = { "a fox", "fox-%03d.png", NULL };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *text = NULL;

  mock_server_hold (bench->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  process = bench_start (bench, words);
  g_assert_true (
      mock_server_wait_for (bench->server, MOCK_EVENT_HELD, 1, 30000));
  bench_write (bench, "fox-003.png", "mine");
  mock_server_release (bench->server);
  bench_finish (process, &result);
  bench_assert_failure (bench, &result, 74, "fox-003.png", 1);
  bench_assert_files (bench, "fox-003.png");
  text = bench_read (bench, "fox-003.png", NULL);
  g_assert_cmpstr (text, ==, "mine");
}

static void
test_no_directory (Bench *bench, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  bench_run (bench, &result, "a fox", "nowhere/fox.mp4", NULL);
  bench_assert_failure (bench, &result, 74, "No such file or directory", 0);
}

static void
test_a_directory_in_the_way (Bench *bench, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *path = bench_path (bench, "fox.mp4");

  g_mkdir (path, 0700);
  bench_run (bench, &result, "a fox", "fox.mp4", "--force", NULL);
  bench_assert_failure (bench, &result, 74, "directory", 0);
  bench_assert_files (bench, "fox.mp4");
}

/* No file may get longer than a few bytes, as on a full disk. */
static void
limit_files (gpointer unused)
{
  const struct rlimit limit = { 512, 512 };

  setrlimit (RLIMIT_FSIZE, &limit);
}

static void
test_a_full_disk (Bench *bench, gconstpointer file)
{
  g_auto (Result) result = { 0 };

  g_subprocess_launcher_set_child_setup (
      bench->launcher, limit_files, NULL, NULL);
  bench_run (bench, &result, "a fox", file, NULL);
  bench_assert_failure (bench, &result, 74, "): make room", 1);
  bench_assert_files (bench, "");
}

/* --- Signals --- */

typedef struct
{
  MockStage stage;
  gint64 after;
  int signal_number;
} Interruption;

static const Interruption interruptions[] = {
  { MOCK_STAGE_POST, MOCK_HOLD_REPLY, SIGINT },
  { MOCK_STAGE_POST, MOCK_HOLD_REPLY, SIGTERM },
  { MOCK_STAGE_GET, 1000, SIGINT },
  { MOCK_STAGE_GET, 1000, SIGHUP },
};

static void
test_signals_leave_no_file (Bench *bench, gconstpointer data)
{
  const Interruption *at = &interruptions[GPOINTER_TO_UINT (data)];
  const char *const words[] = { "a fox", "fox.mp4", "--force", NULL };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *text = NULL;

  bench_write (bench, "fox.mp4", "mine");
  mock_server_hold (bench->server, at->stage, at->after);
  process = bench_start (bench, words);
  g_assert_true (
      mock_server_wait_for (bench->server, MOCK_EVENT_HELD, 1, 30000));
  g_subprocess_send_signal (process, at->signal_number);
  bench_finish (process, &result);
  mock_server_release (bench->server);

  g_assert_cmpint (result.status, ==, -at->signal_number);
  g_assert_nonnull (strstr (result.err, "interrupted, no file was written\n"));
  bench_assert_files (bench, "fox.mp4");
  text = bench_read (bench, "fox.mp4", NULL);
  g_assert_cmpstr (text, ==, "mine");
}

/* Also while it encodes: an animation of hours. */
static void
test_a_signal_ends_the_conversion (Bench *bench, gconstpointer file)
{
  const char *const words[] = { "a fox", file, "--loops=10000", NULL };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = bench_start (bench, words);
  GInputStream *err = g_subprocess_get_stderr_pipe (process);
  g_autoptr (GString) seen = g_string_new (NULL);

  while (strstr (seen->str, "Saving\n") == NULL) {
    g_autoptr (GBytes) bytes = g_input_stream_read_bytes (err, 64, NULL, NULL);

    g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
    g_string_append_len (seen, g_bytes_get_data (bytes, NULL),
        (gssize) g_bytes_get_size (bytes));
  }
  g_subprocess_send_signal (process, SIGINT);
  bench_finish (process, &result);
  g_assert_cmpint (result.status, ==, -SIGINT);
  bench_assert_files (bench, "");
}

/* What is printed cannot steer a terminal. */
static void
test_errors_hold_no_control_characters (Bench *bench, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  bench_write (bench, "\033[31mfox\a.mp4", "mine");
  bench_run (bench, &result, "a fox", "\033[31mfox\a.mp4", NULL);
  bench_assert_failure (bench, &result, 74, "\"?[31mfox?.mp4\"", 0);
  g_assert_null (strpbrk (result.err, "\033\a\r"));
}

static void
add_each (
    const char *path, guint n, void (*test) (Bench *bench, gconstpointer data))
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *numbered = g_strdup_printf ("%s/%u", path, i);

    g_test_add (numbered, Bench, GUINT_TO_POINTER (i), bench_set_up, test,
        bench_tear_down);
  }
}

#define ADD(path, data, test) \
  g_test_add (path, Bench, data, bench_set_up, test, bench_tear_down)

int
main (int argc, char **argv)
{
  static const char *const files[] = { "fox.mp4", "fox.webm", "fox.mov",
    "fox.gif", "fox.png", "fox-%d.png", "fox.m3u8" };

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  add_each ("/failures/faults-of-the-service", G_N_ELEMENTS (faults),
      test_faults_of_the_service);
  ADD ("/failures/a-broken-gif", NULL, test_a_broken_gif);
  ADD ("/failures/nobody-listens", NULL, test_nobody_listens);
  add_each ("/failures/usage", G_N_ELEMENTS (usages), test_usage);
  ADD ("/failures/no-key", NULL, test_no_key);
  ADD ("/failures/no-key-file", NULL, test_no_key_file);
  ADD ("/failures/no-plugins", NULL, test_no_plugins);
  add_each ("/failures/existing-files-are-kept", G_N_ELEMENTS (existings),
      test_existing_files_are_kept);
  ADD ("/failures/new-files-are-kept", NULL, test_new_files_are_kept);
  ADD ("/failures/no-directory", NULL, test_no_directory);
  ADD ("/failures/a-directory-in-the-way", NULL, test_a_directory_in_the_way);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path =
        g_strdup_printf ("/failures/a-full-disk/%s", files[i]);

    ADD (path, files[i], test_a_full_disk);
  }
  add_each ("/failures/signals-leave-no-file", G_N_ELEMENTS (interruptions),
      test_signals_leave_no_file);
  ADD ("/failures/a-signal-ends-the-conversion/mp4", "fox.mp4",
      test_a_signal_ends_the_conversion);
  ADD ("/failures/a-signal-ends-the-conversion/m3u8", "fox.m3u8",
      test_a_signal_ends_the_conversion);
  ADD ("/failures/errors-hold-no-control-characters", NULL,
      test_errors_hold_no_control_characters);
  return g_test_run ();
}
