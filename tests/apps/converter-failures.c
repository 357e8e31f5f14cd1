/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why visioncraft-to-video writes nothing, and that it does not
 */
#include "programfixture.h"

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
test_faults_of_the_service (ProgramFixture *fixture, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autofree char *prompt =
      g_strdup_printf ("a fox fault:%s", faults[index].fault);
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "--retries=0", "-q", prompt, "fox.mp4", NULL);
  program_assert_failure (
      fixture, &result, faults[index].status, faults[index].words, 1);
  /* Quiet: the error alone. */
  g_assert_true (g_str_has_prefix (result.err, "visioncraft-to-video: "));
  program_assert_files (fixture, "");
}

static void
test_a_broken_gif (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GBytes) gif = g_bytes_new_static ("GIF89a\1\0\1\0\0\0\0\xff", 14);

  mock_server_set_gif (fixture->server, gif);
  program_run (fixture, &result, "a fox", "fox.mp4", NULL);
  program_assert_failure (fixture, &result, 69, "cannot be converted (", 1);
  program_assert_files (fixture, "");
}

static void
test_nobody_listens (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "a fox", "fox.mp4", "--retries=0", "--api-url",
      "http://127.0.0.1:1", NULL);
  program_assert_failure (fixture, &result, 69, "refused", 0);
  program_assert_files (fixture, "");
}

static const char *const usages[][6] = {
  { NULL },
  { "a fox" },
  { "a fox", "fox.mp4", "more" },
  { "a fox", "fox.mp4", "./fox.mp4" },
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
  /* -1 is no way to say "as it is". */
  { "a fox", "fox.mp4", "--steps=-1" },
  { "a fox", "fox.mp4", "--cfg-scale=-1" },
  { "a fox", "fox.mp4", "--loops=-1" },
  { "a fox", "fox.mp4", "--quality=-1" },
  { "a fox", "fox.mp4", "--retries=-1" },
  { "a fox", "fox.mp4", "--steps=" },
  { "a fox", "fox.mp4", "--steps=30x" },
  { "a fox", "fox.mp4", "--steps=99999999999999999999" },
  { "a fox", "fox.mp4", "--steps=many" },
  { "a fox", "fox.mp4", "--cfg-scale=21" },
  { "a fox", "fox.mp4", "--cfg-scale=7.5" },
  { "a fox", "fox.mp4", "--loops=0" },
  { "a fox", "fox.mp4", "--quality=101" },
  { "a fox", "fox.mp4", "--fps=0" },
  { "a fox", "fox.mp4", "--fps=25/0" },
  { "a fox", "fox.mp4", "--fps=fast" },
  { "a fox", "fox.mp4", "--fps=100000" },
  { "a fox", "fox.mp4", "--fps=-1" },
  { "a fox", "fox.mp4", "--fps=25/-1" },
  { "a fox", "fox.mp4", "--fps=29.9.7" },
  { "a fox", "fox.mp4", "--fps=.5." },
  { "a fox", "fox.mp4", "--fps=0.0" },
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
  { "a fox", "fox.gif", "fox.png", "--quality=5" },
  { "a fox", "-" },
  { "a fox", "-", "--format=m3u8" },
  { "a fox", "-", "--format=avi" },
  { "--from=fox.gif" },
  { "a fox", "fox.mp4", "--format=gif" },
  /* An empty variable of the shell's. */
  { "a fox", "fox.mp4", "--api-url=" },
  { "a fox", "fox.mp4", "--cache-dir=" },
  { "a fox", "fox.mp4", "--ca-file=" },
  { "a fox", "fox.mp4", "--sampler=" },
  { "a fox", "fox.mp4", "--api-url", "not an address" },
};

static void
test_usage (ProgramFixture *fixture, gconstpointer data)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process =
      program_start (fixture, usages[GPOINTER_TO_UINT (data)]);

  program_finish (process, &result);
  program_assert_failure (fixture, &result, 64, "", 0);
  program_assert_files (fixture, "");
}

static void
test_no_key (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  g_subprocess_launcher_unsetenv (fixture->launcher, "VISIONCRAFT_TOKEN");
  program_run (fixture, &result, "a fox", "fox.mp4", NULL);
  program_assert_failure (fixture, &result, 77, "--token-file", 0);
  program_assert_files (fixture, "");
}

static void
test_no_key_file (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "a fox", "fox.mp4", "--token-file=none", NULL);
  program_assert_failure (fixture, &result, 77, "\"none\"", 0);
  program_assert_files (fixture, "");
}

static void
test_no_plugins (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *registry = program_path (fixture, "registry.bin");

  g_subprocess_launcher_setenv (
      fixture->launcher, "GST_PLUGIN_SYSTEM_PATH", "", TRUE);
  g_subprocess_launcher_setenv (
      fixture->launcher, "GST_REGISTRY", registry, TRUE);
  program_run (fixture, &result, "a fox", "fox.mp4", NULL);
  program_assert_failure (fixture, &result, 69, "is missing", 0);
  program_assert_files (fixture, "registry.bin");
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
test_existing_files_are_kept (ProgramFixture *fixture, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_auto (Result) result = { 0 };
  g_autofree char *text = NULL;

  program_write (fixture, existings[index].existing, "mine");
  program_run (fixture, &result, "a fox", existings[index].file, NULL);
  program_assert_failure (fixture, &result, 74, "--force", 0);
  program_assert_files (fixture, existings[index].existing);
  text = program_read (fixture, existings[index].existing, NULL);
  g_assert_cmpstr (text, ==, "mine");
}

/* Also one that comes while the GIF is being generated. */
static void
test_new_files_are_kept (ProgramFixture *fixture, gconstpointer unused)
{
  const char *const words[] = { "a fox", "fox-%03d.png", NULL };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *text = NULL;

  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  process = program_start (fixture, words);
  g_assert_true (
      mock_server_wait_for (fixture->server, MOCK_EVENT_HELD, 1, 30000));
  program_write (fixture, "fox-003.png", "mine");
  mock_server_release (fixture->server);
  program_finish (process, &result);
  program_assert_failure (fixture, &result, 74, "fox-003.png", 1);
  g_assert_nonnull (strstr (result.err, "The GIF is in the cache"));
  program_assert_files (fixture, "fox-003.png");
  text = program_read (fixture, "fox-003.png", NULL);
  g_assert_cmpstr (text, ==, "mine");
}

static void
test_no_directory (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "a fox", "nowhere/fox.mp4", NULL);
  program_assert_failure (fixture, &result, 74, "No such file or directory", 0);
}

static void
test_a_directory_in_the_way (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *path = program_path (fixture, "fox.mp4");

  g_mkdir (path, 0700);
  program_run (fixture, &result, "a fox", "fox.mp4", "--force", NULL);
  program_assert_failure (fixture, &result, 74, "directory", 0);
  program_assert_files (fixture, "fox.mp4");
}

/* No file may get longer than a few bytes, as on a full disk. */
static void
limit_files (gpointer unused)
{
  const struct rlimit limit = { 512, 512 };

  setrlimit (RLIMIT_FSIZE, &limit);
}

static void
test_a_full_disk (ProgramFixture *fixture, gconstpointer file)
{
  g_auto (Result) result = { 0 };

  g_subprocess_launcher_set_child_setup (
      fixture->launcher, limit_files, NULL, NULL);
  program_run (fixture, &result, "a fox", file, NULL);
  program_assert_failure (fixture, &result, 74, "): make room", 1);
  program_assert_files (fixture, "");
}

/* --- Signals --- */

typedef struct
{
  MockStage stage;
  gint64 after;
  int signal_number;
  const char *phase, *words;
  guint n_posts; /* with the same command after it */
} Interruption;

#define GOES_ON "the same command asks for nothing again."

static const Interruption interruptions[] = {
  { MOCK_STAGE_POST, MOCK_HOLD_REPLY, SIGINT, "Generating\n", "may bill it",
      2 },
  { MOCK_STAGE_POST, MOCK_HOLD_REPLY, SIGTERM, "Generating\n", "may bill it",
      2 },
  { MOCK_STAGE_GET, 1000, SIGINT, "Downloading\n", GOES_ON, 1 },
  { MOCK_STAGE_GET, 1000, SIGHUP, "Downloading\n", GOES_ON, 1 },
};

static void
test_signals_leave_no_file (ProgramFixture *fixture, gconstpointer data)
{
  const Interruption *at = &interruptions[GPOINTER_TO_UINT (data)];
  const char *const words[] = { "a fox", "fox.mp4", "--force", NULL };
  g_auto (Result) result = { 0 };
  g_auto (Result) again = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autofree char *text = NULL;

  program_write (fixture, "fox.mp4", "mine");
  mock_server_hold (fixture->server, at->stage, at->after);
  process = program_start (fixture, words);
  g_assert_true (
      mock_server_wait_for (fixture->server, MOCK_EVENT_HELD, 1, 30000));
  program_read_pipe_until (
      g_subprocess_get_stderr_pipe (process), seen, at->phase);
  g_subprocess_send_signal (process, at->signal_number);
  program_finish (process, &result);
  mock_server_release (fixture->server);

  g_assert_cmpint (result.status, ==, -at->signal_number);
  g_assert_nonnull (strstr (result.err, "interrupted, no file was written\n"));
  g_assert_nonnull (strstr (result.err, at->words));
  program_assert_files (fixture, "fox.mp4");
  text = program_read (fixture, "fox.mp4", NULL);
  g_assert_cmpstr (text, ==, "mine");

  program_run (fixture, &again, "a fox", "fox.mp4", "--force", NULL);
  g_assert_cmpint (again.status, ==, 0);
  g_assert_cmpuint (
      mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED), ==,
      at->n_posts);
}

/* Also while it encodes: an animation of hours. */
static void
test_a_signal_ends_the_conversion (ProgramFixture *fixture, gconstpointer file)
{
  const char *const words[] = { "a fox", file, "--loops=10000", NULL };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = program_start (fixture, words);
  GInputStream *err = g_subprocess_get_stderr_pipe (process);
  g_autoptr (GString) seen = g_string_new (NULL);

  while (strstr (seen->str, "Saving\n") == NULL) {
    g_autoptr (GBytes) bytes = g_input_stream_read_bytes (err, 64, NULL, NULL);

    g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
    g_string_append_len (seen, g_bytes_get_data (bytes, NULL),
        (gssize) g_bytes_get_size (bytes));
  }
  g_subprocess_send_signal (process, SIGINT);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, -SIGINT);
  program_assert_files (fixture, "");
}

/* What is printed cannot steer a terminal. */
static void
test_errors_hold_no_control_characters (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_write (fixture, "\033[31mfox\a.mp4", "mine");
  program_run (fixture, &result, "a fox", "\033[31mfox\a.mp4", NULL);
  program_assert_failure (fixture, &result, 74, "\" [31mfox .mp4\"", 0);
  g_assert_null (strpbrk (result.err, "\033\a\r"));
}

int
main (int argc, char **argv)
{
  static const char *const files[] = { "fox.mp4", "fox.webm", "fox.mov",
    "fox.gif", "fox.png", "fox-%d.png", "fox.m3u8" };

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  program_add_each ("/failures/faults-of-the-service", G_N_ELEMENTS (faults),
      test_faults_of_the_service);
  program_add ("/failures/a-broken-gif", NULL, test_a_broken_gif);
  program_add ("/failures/nobody-listens", NULL, test_nobody_listens);
  program_add_each ("/failures/usage", G_N_ELEMENTS (usages), test_usage);
  program_add ("/failures/no-key", NULL, test_no_key);
  program_add ("/failures/no-key-file", NULL, test_no_key_file);
  program_add ("/failures/no-plugins", NULL, test_no_plugins);
  program_add_each ("/failures/existing-files-are-kept",
      G_N_ELEMENTS (existings), test_existing_files_are_kept);
  program_add ("/failures/new-files-are-kept", NULL, test_new_files_are_kept);
  program_add ("/failures/no-directory", NULL, test_no_directory);
  program_add (
      "/failures/a-directory-in-the-way", NULL, test_a_directory_in_the_way);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path =
        g_strdup_printf ("/failures/a-full-disk/%s", files[i]);

    program_add (path, files[i], test_a_full_disk);
  }
  program_add_each ("/failures/signals-leave-no-file",
      G_N_ELEMENTS (interruptions), test_signals_leave_no_file);
  program_add ("/failures/a-signal-ends-the-conversion/mp4", "fox.mp4",
      test_a_signal_ends_the_conversion);
  program_add ("/failures/a-signal-ends-the-conversion/m3u8", "fox.m3u8",
      test_a_signal_ends_the_conversion);
  program_add ("/failures/errors-hold-no-control-characters", NULL,
      test_errors_hold_no_control_characters);
  return g_test_run ();
}
