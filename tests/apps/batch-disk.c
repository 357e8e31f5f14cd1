/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The disk is full, or slow: nothing is paid twice, and all goes on once there
 * is room.
 */
#include "batchfixture.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static guint
count_posts (ProgramFixture *fixture)
{
  return mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED);
}

/* --- Small disks: small BYTES FOLDER, then large FOLDER --- */

/* A folder that baddisk.c makes small. */
static const char preloaded[] =
    "small () { echo $1 >size; export BADDISK_FOLDER=$(pwd -P)/$2 "
    "BADDISK_SIZE=$(pwd -P)/size LD_PRELOAD=$TEST_BADDISK; }\n"
    "large () { echo 64000000 >size; }\n";

/* A tmpfs in a mount namespace of the script's own, so that nothing is left
 * mounted whatever happens. */
static const char mounted[] =
    "small () { mount -t tmpfs -o size=$1,mode=0700 none $2 || exit 99; }\n"
    "large () { mount -o remount,size=64m none $1; }\n";

/* What makes such a namespace; NULL: nothing may, for example in a chroot. */
static const char *
find_unshare (void)
{
  static const char *const ways[] = {
    "unshare --user --map-root-user --mount",
    "unshare --mount --propagation private",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autofree char *command =
        g_strconcat (ways[i], " mount -t tmpfs none /tmp", NULL);
    int status;

    if (g_spawn_command_line_sync (command, NULL, NULL, &status, NULL)
        && g_spawn_check_wait_status (status, NULL))
      return ways[i];
  }
  return NULL;
}

static const char *namespace; /* NULL: only preloaded disks are tried */

/* Starts @script, after @disk, with the program and @words as arguments. */
static GSubprocess *
start_script (ProgramFixture *fixture, const char *disk, const char *script,
    const char *words)
{
  g_autofree char *whole = g_strconcat ("set -u\n", disk, script, NULL);
  g_autofree char *quoted = g_shell_quote (whole);
  g_autofree char *command = g_strdup_printf ("%s bash -c %s batch %s %s",
      disk == mounted ? namespace : "", quoted, g_getenv ("TEST_PROGRAM"),
      words);

  return program_start_command (fixture, command);
}

static const char *
disk_of (guint row)
{
  return row % 2 == 0 ? preloaded : mounted;
}

/* Rows for both kinds of disks in turn. */
static void
add_for_each_disk (const char *name, guint n,
    void (*test) (ProgramFixture *fixture, gconstpointer row))
{
  for (guint row = 0; row < 2 * n; row++) {
    const char *disk = row % 2 == 0 ? "preloaded" : "mounted";
    g_autofree char *path =
        g_strdup_printf ("/batch-disk/%s/%s/%u", name, disk, row / 2);

    if (disk_of (row) == preloaded || namespace != NULL)
      program_add (path, GUINT_TO_POINTER (row), test);
  }
}

/* Nothing more is paid for than what was out. */
static void
test_full_disk_stops_and_goes_on (ProgramFixture *fixture, gconstpointer row)
{
  /* Where the small one is: journal and outputs, or the cache. */
  static const char *const folders[] = { "small", "cache" };
  static const char script[] =
      "mkdir -p small cache; chmod 700 cache\n"
      "small 2000000 $2; head -c 1000000 /dev/zero >$2/filler\n"
      "run () { \"$1\" list.txt -o 'small/{n}.gif' --cache-dir cache --jobs 2; "
      "echo $? >>statuses; }\n"
      "run \"$1\"\n"
      "ls small/*.gif | wc -l >first\n"
      "rm $2/filler; large $2\n"
      "run \"$1\"; cp small/*.gif .\n";
  guint i = GPOINTER_TO_UINT (row);
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *statuses = NULL;
  g_autofree char *first = NULL;
  gsize size;

  batch_write_list (fixture, 20);
  process = start_script (fixture, disk_of (i), script, folders[i / 2]);
  program_finish (process, &result);
  g_test_message ("%s", result.err);
  g_assert_cmpint (result.status, ==, 0);
  statuses = program_read (fixture, "statuses", &size);
  g_assert_cmpstr (statuses, ==, "75\n0\n");
  first = program_read (fixture, "first", &size);
  g_assert_cmpint (atoi (first), >, 0);
  g_assert_cmpint (atoi (first), <, 20);
  g_assert_cmpuint (count_posts (fixture), ==, 20);
  batch_assert_gifs (fixture, ".", 20);
}

/* It fills while two requests are out. What then comes from the service has its
 * place in the cache or in the outputs; where neither has room it is lost, and
 * nobody says that it is done. */
static void
test_disk_that_fills_under_requests (ProgramFixture *fixture, gconstpointer row)
{
  static const struct
  {
    const char *small, *cache, *endings;
    guint n_posts;
  } rows[] = {
    { "out", "cache", "75\n0\n0\n", 4 },
    { "cache", "cache", "75\n0\n0\n", 4 },
    { "out", "out/cache", "75\n76\n0\n", 6 },
  };
  static const char script[] =
      "mkdir -p out cache; small 2000000 $2; mkdir -p $3; chmod 700 $3\n"
      "run () { \"$1\" list.txt -o 'out/{n}.gif' --cache-dir $3 --jobs 2 "
      "$4; echo $? >>statuses; }\n"
      "run \"$@\" -q & read -r; cat /dev/zero >$2/filler 2>/dev/null\n"
      "echo full; wait; rm $2/filler; large $2\n"
      "run \"$@\" -q; run \"$@\" --repeat-unknown; cp out/*.gif .\n";
  guint i = GPOINTER_TO_UINT (row) / 2;
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autofree char *statuses = NULL;
  g_autofree char *words =
      g_strdup_printf ("%s %s", rows[i].small, rows[i].cache);
  int ends[2];
  gsize size;

  batch_write_list (fixture, 4);
  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  g_subprocess_launcher_take_fd (fixture->launcher, ends[0], STDIN_FILENO);
  process =
      start_script (fixture, disk_of (GPOINTER_TO_UINT (row)), script, words);
  g_assert_true (mock_server_wait_for (
      fixture->server, MOCK_EVENT_HELD, 2, FIXTURE_DEADLINE_MS));
  g_assert_cmpint (write (ends[1], "\n", 1), ==, 1);
  program_read_until (g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (
                          g_subprocess_get_stdout_pipe (process))),
      seen, "full");
  mock_server_release (fixture->server);
  program_finish (process, &result);
  close (ends[1]);
  g_test_message ("%s", result.err);
  g_assert_cmpint (result.status, ==, 0);
  statuses = program_read (fixture, "statuses", &size);
  g_assert_cmpstr (statuses, ==, rows[i].endings);
  g_assert_cmpuint (count_posts (fixture), ==, rows[i].n_posts);
  batch_assert_gifs (fixture, ".", 4);
}

/* --- A slow disk --- */

typedef struct
{
  ProgramFixture *fixture;
  guint n;
} Waiting;

/* Whether so many wait for the disk. */
static gboolean
do_wait (gpointer data)
{
  Waiting *waiting = data;
  g_autoptr (GDir) dir = g_dir_open (waiting->fixture->directory, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, "gate-");
  return n >= waiting->n;
}

/* GIFs take no encoder: three are on their way to the disk when the time of
 * grace ends, and become whole. What was still out is given up. */
static void
test_grace_ends_while_files_are_written (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_autofree char *gate = program_path (fixture, "gate");
  g_autofree char *out = program_path (fixture, "out");
  Waiting waiting = { fixture, 3 };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  int err, end;

  g_assert_cmpint (mkfifo (gate, 0600), ==, 0);
  program_write (fixture, "list.txt", "a\nb\nc\nd fault:silence times=1\n");
  g_subprocess_launcher_setenv (
      fixture->launcher, "LD_PRELOAD", g_getenv ("TEST_BADDISK"), TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "BADDISK_FOLDER", out, TRUE);
  g_subprocess_launcher_setenv (fixture->launcher, "BADDISK_GATE", gate, TRUE);
  process = batch_start (fixture,
      "list.txt -o out/{n}.gif --journal-dir . --jobs 4 --encoders 1 "
      "--grace 0");
  err = g_unix_input_stream_get_fd (
      G_UNIX_INPUT_STREAM (g_subprocess_get_stderr_pipe (process)));
  fixture_wait_until (do_wait, &waiting, "three files that are written");
  g_subprocess_send_signal (process, SIGTERM);
  program_read_until (err, seen, "4 unknown: It was still out");
  end = g_open (gate, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);
  g_assert_cmpint (end, >=, 0);
  program_finish (process, &result);
  mock_server_release (fixture->server);
  g_assert_cmpint (result.status, ==, 76);
  batch_assert_gifs (fixture, "out", 3);
  batch_run (fixture, 76, 4, "list.txt -o out/{n}.gif --journal-dir .");
  close (end);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  namespace = find_unshare ();
  if (namespace == NULL)
    printf ("# No file system may be mounted here: the small disks are "
            "preloaded ones only.\n");
#define EACH(name, n) add_for_each_disk (#name, n, test_##name)
  EACH (full_disk_stops_and_goes_on, 2);
  EACH (disk_that_fills_under_requests, 3);
#undef EACH
  program_add ("/batch-disk/grace_ends_while_files_are_written", NULL,
      test_grace_ends_while_files_are_written);
  return g_test_run ();
}
