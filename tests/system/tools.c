/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "programfixture.h"

#include <signal.h>
#include <string.h>

/* GStreamer's own programs with the built module, as a user has them: found by
 * GST_PLUGIN_PATH, with a registry that is the test's own. */

#define PROMPT "quokka"
#define QUOKKA_URI "visioncraft://generate-gif?prompt=" PROMPT

static const guint16 delays_cs[] = { 10, 50, 20, 4, 100 };

typedef struct
{
  ProgramFixture program;
  MockServer *server; /* program's */
  GSubprocessLauncher *launcher;
  GSubprocess *process;
  Result said; /* both streams of the last program in out */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  const MockOptions options = { .width = 64,
    .height = 48,
    .n_frames = G_N_ELEMENTS (delays_cs),
    .delays_cs = delays_cs };

  program_serve (&f->program, &options);
  f->server = f->program.server;
  f->launcher = f->program.launcher;
  g_subprocess_launcher_set_flags (f->launcher,
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_subprocess_launcher_setenv (f->launcher, "GST_DEBUG_NO_COLOR", "1", TRUE);
  g_subprocess_launcher_unsetenv (f->launcher, "GST_REGISTRY_DISABLE");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->process);
  result_clear (&f->said);
  program_tear_down (&f->program, NULL);
}

static void
start (Fixture *f, const char *command)
{
  g_clear_object (&f->process);
  result_clear (&f->said);
  f->process = program_start_command (&f->program, command);
}

/* Waits for the end of the program; its output is in @f then. TRUE when it
 * ended with success. */
static gboolean
end (Fixture *f)
{
  program_finish (f->process, &f->said);
  return f->said.status == 0;
}

static void
run (Fixture *f, const char *command)
{
  start (f, command);
  if (!end (f))
    g_error ("%s fails:\n%s", command, f->said.out);
}

static void
assert_says (Fixture *f, const char *text)
{
  if (strstr (f->said.out, text) == NULL)
    g_error ("\"%s\" is not in:\n%s", text, f->said.out);
}

static void
assert_silent_about (Fixture *f, const char *text)
{
  if (strstr (f->said.out, text) != NULL)
    g_error ("\"%s\" is in:\n%s", text, f->said.out);
}

static guint
count_in (const char *haystack, const char *needle)
{
  guint n = 0;

  for (; (haystack = strstr (haystack, needle)) != NULL; n++)
    haystack += strlen (needle);
  return n;
}

static void
assert_one_generation (Fixture *f)
{
  g_assert_cmpuint (
      mock_server_count (f->server, MOCK_EVENT_POST_RECEIVED), ==, 1);
  g_assert_cmpuint (
      mock_server_count (f->server, MOCK_EVENT_GET_RECEIVED), ==, 1);
}

/* --- Players --- */

static void
test_gst_play_plays_to_the_end_and_exits (Fixture *f, gconstpointer data)
{
  run (f,
      "gst-play-1.0 --no-interactive --videosink=fakesink "
      "--audiosink=fakesink " QUOKKA_URI);
  assert_says (f, "0:00:01.8 / 0:00:01.8");
  assert_says (f, "Reached end of play list.");
  assert_silent_about (f, "ERROR");
  assert_one_generation (f);
}

static void
test_gst_play_with_playbin3 (Fixture *f, gconstpointer data)
{
  run (f,
      "gst-play-1.0 --use-playbin3 --no-interactive --videosink=fakesink "
      "--audiosink=fakesink " QUOKKA_URI);
  assert_says (f, "0:00:01.8 / 0:00:01.8");
  assert_says (f, "Reached end of play list.");
  assert_silent_about (f, "ERROR");
  assert_one_generation (f);
}

static void
test_gst_discoverer_tells_duration_and_tags (Fixture *f, gconstpointer data)
{
  run (f, "gst-discoverer-1.0 -v " QUOKKA_URI);
  assert_says (f, "Duration: 0:00:01.840000000");
  assert_says (f, "Width: 64");
  assert_says (f, "title: " PROMPT);
  assert_silent_about (f, TEST_KEY);
  assert_one_generation (f);
}

static void
test_a_player_shows_why_a_uri_is_bad (Fixture *f, gconstpointer data)
{
  const char *command = "gst-launch-1.0 playbin video-sink=fakesink "
                        "uri='" QUOKKA_URI "&steps=51'";

  start (f, command);
  g_assert_false (end (f));
  assert_says (f, "\"steps\" must be a whole number from 1 to 50");
  g_assert_cmpuint (
      mock_server_count (f->server, MOCK_EVENT_POST_RECEIVED), ==, 0);
}

/* --- gst-launch --- */

static void
test_gst_launch_shows_progress_and_ends (Fixture *f, gconstpointer data)
{
  run (f, "gst-launch-1.0 visioncraftgifsrc prompt=" PROMPT " ! fakesink");
  assert_says (f, "Progress: (generate) Generating");
  assert_says (f, "Progress: (download) Downloading");
  assert_says (f, "Progress: (generate) Generated in");
  assert_says (f, "Got EOS from element");
  assert_one_generation (f);
}

static void
test_gst_launch_ends_with_an_error (Fixture *f, gconstpointer data)
{
  const char *command =
      "gst-launch-1.0 visioncraftgifsrc prompt=" PROMPT " ! fakesink";

  mock_server_push_fault (f->server, "422");
  start (f, command);
  g_assert_false (end (f));
  g_assert_cmpuint (count_in (f->said.out, "ERROR: from element"), ==, 1);
  assert_silent_about (f, TEST_KEY);
}

/* Reads what the program prints until @text is there. */
static void
wait_until_says (Fixture *f, const char *text)
{
  GInputStream *pipe = g_subprocess_get_stdout_pipe (f->process);
  g_autoptr (GString) said = g_string_new (NULL);

  while (strstr (said->str, text) == NULL) {
    char piece[256];
    gssize n = g_input_stream_read (pipe, piece, sizeof (piece), NULL, NULL);

    if (n <= 0)
      g_error ("\"%s\" does not come after:\n%s", text, said->str);
    g_string_append_len (said, piece, n);
  }
}

/* With -e the pipeline is sent EOS, without it is taken down. */
static void
test_gst_launch_is_interrupted (Fixture *f, gconstpointer option)
{
  g_autofree char *command = g_strdup_printf (
      "gst-launch-1.0 %s visioncraftgifsrc prompt=" PROMPT " ! fakesink",
      (const char *) option);

  mock_server_hold (f->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  start (f, command);
  g_assert_true (mock_server_wait_for (
      f->server, MOCK_EVENT_HELD, 1, FIXTURE_DEADLINE_MS));
  /* Before that it does not listen for signals. */
  wait_until_says (f, "Progress: (generate)");
  g_subprocess_send_signal (f->process, SIGINT);
  end (f);
  assert_says (f, "Freeing pipeline");
  g_assert_cmpuint (
      mock_server_count (f->server, MOCK_EVENT_POST_RECEIVED), ==, 1);
}

/* --- gst-inspect --- */

/* What each command must say. */
static const struct
{
  const char *command;
  const char *says[12];
} inspections[] = {
  { "gst-inspect-1.0 visioncraftgifsrc",
      { "Rank                     primary (256)", "VisionCraft GIF source",
          "Source/Network", "elements.md#visioncraftgifsrc",
          "Element can act as source.", "visioncraft\n", "Range: 0 - 20",
          "Range: 1 - 50", "changeable only in NULL or READY state",
          "String. Default: null Write only", "Default: \"Euler\"" } },
  { "gst-inspect-1.0 animgifdec",
      { "Rank                     primary + 1 (257)", "Animated GIF decoder",
          "Codec/Decoder/Image", "elements.md#animgifdec", "image/gif",
          "video/x-raw", "loop-count" } },
  { "gst-inspect-1.0 visioncraft",
      { "VisionCraft text-to-GIF source", "Version                  " VERSION,
          "License                  LGPL", "1 elements" } },
  { "gst-inspect-1.0 animgif",
      { "Animated GIF decoder", "Version                  " VERSION,
          "License                  LGPL", "1 elements" } },
  { "gst-inspect-1.0 --print-plugin-auto-install-info visioncraft",
      { "element-visioncraftgifsrc\n", "urisource-visioncraft\n" } },
  { "gst-inspect-1.0 --print-plugin-auto-install-info animgif",
      { "element-animgifdec\n", "decoder-image/gif" } },
  { "gst-inspect-1.0 --uri-handlers",
      { "visioncraftgifsrc (read, rank 256): visioncraft\n" } },
  { "gst-inspect-1.0 --exists --atleast-version=" VERSION " visioncraftgifsrc",
      { NULL } },
  { "gst-inspect-1.0 --exists --atleast-version=" VERSION " animgifdec",
      { NULL } },
};

static void
test_gst_inspect_tells (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (inspections); i++) {
    run (f, inspections[i].command);
    for (guint s = 0; inspections[i].says[s] != NULL; s++)
      assert_says (f, inspections[i].says[s]);
    /* A fresh element must not show what is in the environment. */
    assert_silent_about (f, TEST_KEY);
    assert_silent_about (f, "(null)");
  }
}

/* --- The log --- */

static char **
log_lines (Fixture *f)
{
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  g_auto (GStrv) lines = g_strsplit (f->said.out, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (strstr (lines[i], " visioncraft") != NULL
        && strstr (lines[i], ".c:") != NULL)
      g_ptr_array_add (ours, g_strdup (lines[i]));
  }
  g_ptr_array_add (ours, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&ours), FALSE);
}

static void
test_the_log_tells_the_story_in_about_twenty_lines (
    Fixture *f, gconstpointer data)
{
  static const char *const story[] = { "asking http://127.0.0.1:",
    "progress: Generating", "generated: HTTP status 200",
    "the GIF begins: HTTP status 200", "downloaded ", "progress: Generated in",
    "the end, after ", "stopped in phase done" };
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_subprocess_launcher_setenv (
      f->launcher, "GST_DEBUG", "visioncraft*:5", TRUE);
  run (f, "gst-launch-1.0 visioncraftgifsrc prompt=" PROMPT " ! fakesink");
  lines = log_lines (f);
  g_assert_cmpuint (g_strv_length (lines), >=, 10);
  g_assert_cmpuint (g_strv_length (lines), <=, 25);
  for (guint i = 0; lines[i] != NULL; i++) {
    /* Each line says which element it is about. */
    g_assert_nonnull (strstr (lines[i], "<visioncraftgifsrc0>"));
    if (n < G_N_ELEMENTS (story) && strstr (lines[i], story[n]) != NULL)
      n++;
  }
  if (n < G_N_ELEMENTS (story))
    g_error (
        "\"%s\" is missing or out of order in:\n%s", story[n], f->said.out);
  /* gst-launch itself prints neither. */
  assert_silent_about (f, PROMPT);
  assert_silent_about (f, TEST_KEY);
}

static void
test_the_log_has_the_prompt_at_level_log_only_and_never_the_key (
    Fixture *f, gconstpointer data)
{
  g_auto (GStrv) lines = NULL;
  guint n_with_prompt = 0;

  g_subprocess_launcher_setenv (
      f->launcher, "GST_DEBUG", "visioncraft*:9", TRUE);
  run (f, "gst-launch-1.0 visioncraftgifsrc prompt=" PROMPT " ! fakesink");
  lines = log_lines (f);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (strstr (lines[i], PROMPT) == NULL)
      continue;
    n_with_prompt++;
    g_assert_nonnull (strstr (lines[i], " LOG "));
  }
  g_assert_cmpuint (n_with_prompt, >, 0);
  assert_silent_about (f, TEST_KEY);

  /* Nor what GStreamer itself logs about us. */
  g_subprocess_launcher_setenv (f->launcher, "GST_DEBUG", "*:9", TRUE);
  run (f, "gst-launch-1.0 visioncraftgifsrc prompt=" PROMPT " ! fakesink");
  assert_says (f, "GST_ELEMENT_FACTORY");
  assert_silent_about (f, TEST_KEY);
}

#define ADD(path, data, function) \
  g_test_add ("/tools/" path, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("play", NULL, test_gst_play_plays_to_the_end_and_exits);
  ADD ("play-playbin3", NULL, test_gst_play_with_playbin3);
  ADD ("discoverer", NULL, test_gst_discoverer_tells_duration_and_tags);
  ADD ("bad-uri", NULL, test_a_player_shows_why_a_uri_is_bad);
  ADD ("launch", NULL, test_gst_launch_shows_progress_and_ends);
  ADD ("launch-error", NULL, test_gst_launch_ends_with_an_error);
  ADD ("launch-interrupted", "", test_gst_launch_is_interrupted);
  ADD ("launch-interrupted-eos", "-e", test_gst_launch_is_interrupted);
  ADD ("inspect", NULL, test_gst_inspect_tells);
  ADD ("log-story", NULL, test_the_log_tells_the_story_in_about_twenty_lines);
  ADD ("log-secrets", NULL,
      test_the_log_has_the_prompt_at_level_log_only_and_never_the_key);
  return g_test_run ();
}
