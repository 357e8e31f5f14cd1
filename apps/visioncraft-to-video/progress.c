/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include "failure.h"
#include "jsonevent.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MIN_BAR 10
#define MAX_BAR 40
#define LINE_EVERY_S 10 /* where there is no bar */
#define EVENT_EVERY_S 1

typedef enum
{
  PHASE_GENERATE,
  PHASE_DOWNLOAD,
  PHASE_SAVE,
  N_PHASES
} Phase;

static const char *const names[N_PHASES] = {
  [PHASE_GENERATE] = "Generating",
  [PHASE_DOWNLOAD] = "Downloading",
  [PHASE_SAVE] = "Saving",
};

struct _Progress
{
  ProgressKind kind;
  gboolean has_bar;
  GTimer *total, *phase_time;
  Phase phase;
  double fraction; /* of the phase; negative: unknown */
  guint step;      /* of the moving bar */
  int last_line_s; /* of the phase, -1 before the first */
  gboolean drawn;
};

Progress *
progress_new (ProgressKind kind)
{
  Progress *progress = g_new0 (Progress, 1);

  progress->kind = kind;
  progress->has_bar = kind == PROGRESS_BAR && isatty (STDERR_FILENO)
      && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  progress->total = g_timer_new ();
  progress->phase_time = g_timer_new ();
  progress->fraction = -1;
  progress->last_line_s = -1;
  return progress;
}

static void
erase (Progress *progress)
{
  if (progress->drawn)
    fputs ("\r\033[K", stderr);
  progress->drawn = FALSE;
}

void
progress_free (Progress *progress)
{
  if (progress == NULL)
    return;
  erase (progress);
  g_timer_destroy (progress->total);
  g_timer_destroy (progress->phase_time);
  g_free (progress);
}

static void
enter (Progress *progress, Phase phase, double fraction)
{
  if (phase < progress->phase) /* messages of two threads may cross */
    return;
  if (phase > progress->phase) {
    progress->phase = phase;
    progress->last_line_s = -1;
    g_timer_start (progress->phase_time);
  }
  progress->fraction = CLAMP (fraction, -1, 1);
}

static void
take_progress (Progress *progress, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  g_autofree char *code = NULL;
  GstProgressType type;
  guint64 bytes = 0, total = 0;

  gst_message_parse_progress (message, &type, &code, NULL);
  gst_structure_get (structure, "bytes", G_TYPE_UINT64, &bytes, "total",
      G_TYPE_UINT64, &total, NULL);
  if (type != GST_PROGRESS_TYPE_COMPLETE && g_strcmp0 (code, "download") == 0)
    enter (progress, PHASE_DOWNLOAD,
        total > 0 ? (double) bytes / (double) total : -1);
}

void
progress_take (Progress *progress, GstMessage *message)
{
  g_autoptr (GError) warning = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning (message, &warning, NULL);
    progress_warn (progress, warning->message);
  } else {
    take_progress (progress, message);
    progress_draw (progress);
  }
}

gboolean
progress_is_paid (Progress *progress)
{
  return progress->phase >= PHASE_DOWNLOAD;
}

void
progress_take_saved (Progress *progress, double fraction)
{
  enter (progress, PHASE_SAVE, fraction);
}

static int
terminal_width (void)
{
  struct winsize size = { 0 };

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

/* "[=====>    ]", or a piece that moves to and fro. */
static char *
bar_of (Progress *progress, int width)
{
  g_autofree char *bar = g_strnfill ((gsize) width, ' ');

  if (progress->fraction >= 0) {
    int filled = (int) (progress->fraction * width);

    memset (bar, '=', (gsize) filled);
    if (filled < width)
      bar[filled] = '>';
  } else {
    int way = width - 3, at = (int) progress->step % (2 * way);

    memcpy (bar + (at < way ? at : 2 * way - at), "<=>", 3);
  }
  return g_strdup_printf ("[%s]", bar);
}

static char *
percent_of (const Progress *progress)
{
  return progress->fraction >= 0
      ? g_strdup_printf ("%3d %%", (int) (progress->fraction * 100))
      : g_strdup ("     ");
}

static void
draw_bar (Progress *progress, int seconds)
{
  int columns = terminal_width ();
  /* "Downloading " before, "  45 %  123 s" behind it. */
  int width = MIN (columns - 30, MAX_BAR);
  g_autofree char *percent = percent_of (progress);

  if (width >= MIN_BAR) {
    g_autofree char *bar = bar_of (progress, width);

    fprintf (stderr, "\r%-11s %s %s %4d s\033[K", names[progress->phase], bar,
        percent, seconds);
  } else {
    fprintf (stderr, "\r%.*s %d s\033[K", MAX (columns - 8, 1),
        names[progress->phase], seconds);
  }
  progress->step++;
  progress->drawn = TRUE;
  fflush (stderr);
}

static void
print_line (Progress *progress, int seconds)
{
  g_autofree char *percent = percent_of (progress);

  if (progress->last_line_s < 0)
    fprintf (stderr, "%s\n", names[progress->phase]);
  else if (seconds < progress->last_line_s + LINE_EVERY_S)
    return;
  else
    fprintf (stderr, "%s, %s%s%d s\n", names[progress->phase],
        progress->fraction >= 0 ? g_strchug (percent) : "",
        progress->fraction >= 0 ? ", " : "", seconds);
  progress->last_line_s = seconds;
  fflush (stderr);
}

static void
print_event (Progress *progress, int seconds)
{
  static const char *const phases[] = { "generating", "downloading", "saving" };
  JsonObject *event;

  if (progress->last_line_s >= 0
      && seconds < progress->last_line_s + EVENT_EVERY_S)
    return;
  progress->last_line_s = seconds;
  event = json_event_new ("progress");
  json_object_set_string_member (event, "phase", phases[progress->phase]);
  if (progress->fraction >= 0)
    json_object_set_double_member (event, "fraction", progress->fraction);
  json_object_set_int_member (event, "seconds", seconds);
  json_event_print (event);
}

void
progress_draw (Progress *progress)
{
  int seconds = (int) g_timer_elapsed (progress->phase_time, NULL);

  if (progress->kind == PROGRESS_JSON)
    print_event (progress, seconds);
  else if (progress->has_bar)
    draw_bar (progress, seconds);
  else if (progress->kind == PROGRESS_BAR)
    print_line (progress, seconds);
}

void
progress_say (Progress *progress, const char *text)
{
  g_autofree char *printable = failure_printable (text);

  if (progress->kind != PROGRESS_BAR)
    return;
  erase (progress);
  fprintf (stderr, "%s\n", printable);
  fflush (stderr);
}

void
progress_wrote (
    Progress *progress, const char *file, guint n_files, guint64 n_bytes)
{
  double seconds = g_timer_elapsed (progress->total, NULL);
  g_autofree char *size = g_format_size (n_bytes);
  g_autofree char *files =
      n_files == 1 ? g_strdup ("") : g_strdup_printf ("%u files, ", n_files);
  g_autofree char *text = g_strdup_printf (
      "Wrote %s, %s%s, after %.0f s", file, files, size, seconds);

  progress_say (progress, text);
  if (progress->kind == PROGRESS_JSON) {
    JsonObject *event = json_event_new ("wrote");

    json_event_set_text (event, "file", file);
    json_object_set_int_member (event, "files", n_files);
    json_object_set_int_member (event, "bytes", (gint64) n_bytes);
    json_object_set_double_member (event, "seconds", seconds);
    json_event_print (event);
  }
}

void
progress_warn (Progress *progress, const char *text)
{
  g_autofree char *line = g_strdup_printf ("Warning: %s", text);

  progress_say (progress, line);
  if (progress->kind == PROGRESS_JSON) {
    JsonObject *event = json_event_new ("warning");

    json_event_set_text (event, "message", text);
    json_event_print (event);
  }
}
