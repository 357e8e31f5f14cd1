/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "terminal.h"

#include "failure.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_FLIGHTS 16
#define MIN_BAR 10
#define MAX_BAR 40

struct _Terminal
{
  guint n_drawn; /* lines, above the cursor */
};

Terminal *
terminal_new (void)
{
  if (!isatty (STDERR_FILENO) || g_strcmp0 (g_getenv ("TERM"), "dumb") == 0)
    return NULL;
  return g_new0 (Terminal, 1);
}

void
terminal_free (Terminal *terminal)
{
  terminal_erase (terminal);
  g_free (terminal);
}

void
terminal_erase (Terminal *terminal)
{
  if (terminal->n_drawn > 0)
    fprintf (stderr, "\033[%uA\r\033[J", terminal->n_drawn);
  terminal->n_drawn = 0;
  fflush (stderr);
}

static struct winsize
get_size (void)
{
  struct winsize size = { 0 };

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return (struct winsize){ .ws_col = 80, .ws_row = 24 };
  return size;
}

/* --- The items under way --- */

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const Item *one = a, *other = b;

  return one->n != other->n ? (one->n < other->n ? -1 : 1)
                            : (int) one->variation - (int) other->variation;
}

/* As wide as the terminal, and no character that is not known to be narrow. */
static void
put_line (Terminal *terminal, const char *text, int columns)
{
  g_autofree char *printable = failure_printable (text);
  GString *line = g_string_new (NULL);
  int width = 0;

  for (const char *at = printable; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    int needed = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;

    if (width + needed >= columns)
      break;
    width += needed;
    g_string_append_unichar (line, c);
  }
  fprintf (stderr, "%s\n", line->str);
  g_string_free (line, TRUE);
  terminal->n_drawn++;
}

static void
draw_flights (Terminal *terminal, GHashTable *flights, double elapsed_s,
    struct winsize size)
{
  static const char *const phases[] = { "generating", "downloading", "saving" };
  GList *items = g_list_sort (g_hash_table_get_keys (flights), compare_items);
  guint most = MIN (MAX_FLIGHTS, MAX (size.ws_row, 4) - 3u);
  guint n = 0;

  for (GList *at = items; at != NULL && n < most; at = at->next, n++) {
    const Item *item = at->data;
    const TerminalFlight *flight = g_hash_table_lookup (flights, item);
    g_autofree char *text =
        g_strdup_printf ("%7" G_GUINT64_FORMAT "  %-11s %5.0f s  %s", item->n,
            phases[flight->phase], elapsed_s - flight->since_s,
            item->parameters.prompt);

    put_line (terminal, text, size.ws_col);
  }
  if (g_hash_table_size (flights) > n) {
    g_autofree char *text = g_strdup_printf (
        "         and %u more", g_hash_table_size (flights) - n);

    put_line (terminal, text, size.ws_col);
  }
  g_list_free (items);
}

/* --- The bar --- */

static char *
bar_of (double fraction, int width)
{
  g_autofree char *bar = g_strnfill ((gsize) width, ' ');
  int filled = (int) (fraction * width);

  memset (bar, '=', (gsize) filled);
  if (filled < width)
    bar[filled] = '>';
  return g_strdup_printf ("[%s] ", bar);
}

static char *
time_of (double seconds)
{
  if (seconds < 120)
    return g_strdup_printf ("%.0f s", seconds);
  if (seconds < 7200)
    return g_strdup_printf ("%.0f min", seconds / 60);
  return g_strdup_printf ("%.1f h", seconds / 3600);
}

static void
draw_bar (Terminal *terminal, const Tally *tally, double elapsed_s, int columns)
{
  guint64 over = tally->done + tally->refused + tally->failed + tally->unknown
      + tally->left;
  guint64 now = over - tally->skipped;
  double rate = elapsed_s > 0 ? (double) now / elapsed_s : 0;
  g_autoptr (GString) line = g_string_new (NULL);
  int width = MIN (columns - 60, MAX_BAR);

  if (tally->total > 0 && width >= MIN_BAR) {
    g_autofree char *bar =
        bar_of (MIN ((double) over / (double) tally->total, 1), width);

    g_string_append (line, bar);
  }
  g_string_append_printf (line, "%" G_GUINT64_FORMAT, over);
  if (tally->total > 0)
    g_string_append_printf (line, "/%" G_GUINT64_FORMAT, tally->total);
  g_string_append_printf (line, ", %.1f/min", rate * 60);
  if (rate > 0 && tally->total > over) {
    g_autofree char *rest = time_of ((double) (tally->total - over) / rate);

    g_string_append_printf (line, ", %s left", rest);
  }
  g_string_append_printf (line,
      "; %" G_GUINT64_FORMAT " paid, %" G_GUINT64_FORMAT
      " failed, %" G_GUINT64_FORMAT " cached",
      tally->paid, tally->refused + tally->failed + tally->unknown,
      tally->cached);
  put_line (terminal, line->str, columns);
}

void
terminal_draw (Terminal *terminal, GHashTable *flights, const Tally *tally,
    double elapsed_s)
{
  struct winsize size = get_size ();

  terminal_erase (terminal);
  draw_flights (terminal, flights, elapsed_s, size);
  draw_bar (terminal, tally, elapsed_s, size.ws_col);
  fflush (stderr);
}
