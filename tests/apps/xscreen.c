/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xscreen.h"

#include "fixture.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>

/* XWDFile.h: a header of 32-bit words, most significant byte first, and a table
 * of colors in front of the pixels. */
#define XWD_HEADER_SIZE 0
#define XWD_WIDTH 4
#define XWD_HEIGHT 5
#define XWD_BITS_PER_PIXEL 11
#define XWD_BYTES_PER_LINE 12
#define XWD_N_COLORS 19
#define XWD_COLOR_SIZE 12

struct _XScreen
{
  GSubprocess *server;
  char *display;
  char *directory; /* of the frame buffer's file */
  GMappedFile *frame;
  const guint8 *pixels;
  guint width, height, stride;
};

static guint32
read_word (XScreen *screen, guint n)
{
  guint32 word;

  memcpy (&word, g_mapped_file_get_contents (screen->frame) + 4 * n, 4);
  return GUINT32_FROM_BE (word);
}

/* The file that Xvfb draws into. */
static void
map_frame (XScreen *screen)
{
  g_autofree char *path =
      g_build_filename (screen->directory, "Xvfb_screen0", NULL);
  g_autoptr (GError) error = NULL;

  screen->frame = g_mapped_file_new (path, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read_word (screen, XWD_BITS_PER_PIXEL), ==, 32);
  screen->width = read_word (screen, XWD_WIDTH);
  screen->height = read_word (screen, XWD_HEIGHT);
  screen->stride = read_word (screen, XWD_BYTES_PER_LINE);
  screen->pixels = (const guint8 *) g_mapped_file_get_contents (screen->frame)
      + read_word (screen, XWD_HEADER_SIZE)
      + read_word (screen, XWD_N_COLORS) * XWD_COLOR_SIZE;
}

/* Xvfb writes the number of the display that it found free, when it is up. */
static char *
read_display (int fd)
{
  g_autoptr (GString) text = g_string_new (":");
  char c;

  while (read (fd, &c, 1) == 1 && c != '\n')
    g_string_append_c (text, c);
  g_assert_cmpuint (text->len, >, 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

XScreen *
x_screen_new (guint width, guint height)
{
  g_autoptr (GSubprocessLauncher) launcher =
      fixture_make_launcher (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  g_autofree char *size = g_strdup_printf ("%ux%ux24", width, height);
  g_autoptr (GError) error = NULL;
  XScreen *screen = g_new0 (XScreen, 1);
  int pipe_fds[2];

  g_assert_true (g_unix_open_pipe (pipe_fds, FD_CLOEXEC, &error));
  screen->directory = fixture_make_directory ();
  g_subprocess_launcher_take_fd (launcher, pipe_fds[1], 3);
  screen->server = g_subprocess_launcher_spawn (launcher, &error, "Xvfb",
      "-displayfd", "3", "-screen", "0", size, "-fbdir", screen->directory,
      "-nolisten", "tcp", "-noreset", NULL);
  g_assert_no_error (error);
  /* Our end of what the server writes to; a dead one reads as an end. */
  g_clear_object (&launcher);
  screen->display = read_display (pipe_fds[0]);
  close (pipe_fds[0]);
  map_frame (screen);
  return screen;
}

void
x_screen_free (XScreen *screen)
{
  g_subprocess_send_signal (screen->server, SIGTERM);
  g_subprocess_wait (screen->server, NULL, NULL);
  g_object_unref (screen->server);
  g_mapped_file_unref (screen->frame);
  fixture_remove (screen->directory);
  g_free (screen->directory);
  g_free (screen->display);
  g_free (screen);
}

const char *
x_screen_get_display (XScreen *screen)
{
  return screen->display;
}

guint32
x_screen_get_pixel (XScreen *screen, guint x, guint y)
{
  const guint8 *pixel = screen->pixels + (gsize) y * screen->stride + 4 * x;

  g_assert_true (x < screen->width && y < screen->height);
  return (guint32) pixel[2] << 16 | pixel[1] << 8 | pixel[0];
}

guint
x_screen_count (XScreen *screen, guint32 color)
{
  guint n = 0;

  for (guint y = 0; y < screen->height; y++) {
    for (guint x = 0; x < screen->width; x++)
      n += x_screen_get_pixel (screen, x, y) == color;
  }
  return n;
}

guint
x_screen_count_colors (XScreen *screen, guint limit)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint y = 0; y < screen->height; y++) {
    for (guint x = 0; x < screen->width; x++) {
      g_hash_table_add (
          seen, GUINT_TO_POINTER (x_screen_get_pixel (screen, x, y)));
      if (g_hash_table_size (seen) >= limit)
        return limit;
    }
  }
  return g_hash_table_size (seen);
}

void
x_screen_do (XScreen *screen, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocessLauncher) launcher =
      fixture_make_launcher (G_SUBPROCESS_FLAGS_NONE, NULL);
  g_autoptr (GSubprocess) tool = NULL;
  g_autoptr (GError) error = NULL;
  const char *argument;
  va_list arguments;

  g_ptr_array_add (argv, (gpointer) "xdotool");
  va_start (arguments, screen);
  while ((argument = va_arg (arguments, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer) argument);
  va_end (arguments);
  g_ptr_array_add (argv, NULL);

  g_subprocess_launcher_setenv (launcher, "DISPLAY", screen->display, TRUE);
  tool = g_subprocess_launcher_spawnv (
      launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (tool, NULL, &error);
  g_assert_no_error (error);
}
