/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "apikey.h"

#include "failure.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define MAX_SIZE 4096
#define DIRECTORY "visioncraft"
#define FILE_NAME "token"
#define API_KEY "API key"
#define PASSWORD "password"
#define BYTE_ORDER_MARK "\357\273\277"

/* --- What a key may be --- */

static gboolean
refuse (GError **error, const char *where, const char *why)
{
  g_set_error (error, FAILURE, FAILURE_KEY, "The %s %s.", where, why);
  return FALSE;
}

/* Ends @key before the line end that editors and echo leave, and takes away the
 * byte order mark of some. @where says which key or password it is. */
static gboolean
check_secret (char *key, gsize size, const char *where, GError **error)
{
  if (size >= strlen (BYTE_ORDER_MARK)
      && memcmp (key, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0) {
    size -= strlen (BYTE_ORDER_MARK);
    memmove (key, key + strlen (BYTE_ORDER_MARK), size + 1);
  }
  while (size > 0 && (key[size - 1] == '\n' || key[size - 1] == '\r'))
    key[--size] = '\0';
  if (size == 0)
    return refuse (error, where, "is empty");
  if (size > MAX_SIZE)
    return refuse (error, where, "is longer than 4096 bytes");
  for (gsize i = 0; i < size; i++)
    if (g_ascii_iscntrl (key[i]))
      return refuse (error, where,
          "has more than one line, or control characters: it must stand alone");
  if (!g_utf8_validate (key, (gssize) size, NULL))
    return refuse (error, where, "is not UTF-8 text");
  return TRUE;
}

/* Before a server starts with what the service would never be sent. */
static gboolean
check_key (char *key, gsize size, const char *where, GError **error)
{
  if (!check_secret (key, size, where, error))
    return FALSE;
  for (const char *c = key; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      return refuse (error, where,
          "holds a space or a letter that no API key has: it must stand alone");
  return TRUE;
}

/* Up to a little more than a key may have, from files of any kind: a pipe has
 * no size. */
static char *
read_all (int fd, gsize *ret_size)
{
  g_autofree char *text = g_malloc0 (MAX_SIZE + 4);
  gsize size = 0;

  while (size < MAX_SIZE + 3) {
    gssize n = read (fd, text + size, MAX_SIZE + 3 - size);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return NULL;
    if (n == 0)
      break;
    size += (gsize) n;
  }
  *ret_size = size;
  return g_steal_pointer (&text);
}

/* --- Where it comes from --- */

/* @what: the API key, or the password. Without @ret_warning the file's rights
 * are somebody else's affair. */
static char *
read_file (
    const char *what, const char *path, char **ret_warning, GError **error)
{
  g_autofree char *shown = failure_printable (path);
  g_autofree char *where =
      g_strdup_printf ("%s in the file \"%s\"", what, shown);
  g_autofree char *key = NULL;
  struct stat status;
  gsize size = 0;
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd >= 0)
    key = read_all (fd, &size);
  if (key == NULL) {
    g_set_error (error, FAILURE, FAILURE_KEY,
        "The %s's file \"%s\" cannot be read (%s).", what, shown,
        g_strerror (errno));
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  if (ret_warning != NULL && fstat (fd, &status) == 0
      && S_ISREG (status.st_mode)
      && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    *ret_warning = g_strdup_printf (
        "Others can read the %s's file \"%s\": chmod 600 it.", what, shown);
  close (fd);
  if (g_str_equal (what, API_KEY) ? check_key (key, size, where, error)
                                  : check_secret (key, size, where, error))
    return g_steal_pointer (&key);
  return NULL;
}

char *
api_key_dup_path (void)
{
  return g_build_filename (
      g_get_user_config_dir (), DIRECTORY, FILE_NAME, NULL);
}

/* What the service manager hands over; NULL: nothing of that name. */
static char *
find_credential (const char *name)
{
  const char *directory = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *path =
      directory != NULL ? g_build_filename (directory, name, NULL) : NULL;

  return path != NULL && g_file_test (path, G_FILE_TEST_EXISTS)
      ? g_steal_pointer (&path)
      : NULL;
}

char *
api_key_find (const char *token_file, char **ret_warning, GError **error)
{
  const char *in_environment = g_getenv ("VISIONCRAFT_TOKEN");
  g_autofree char *credential = find_credential (FILE_NAME);
  g_autofree char *path = api_key_dup_path ();

  *ret_warning = NULL;
  if (token_file != NULL)
    return read_file (API_KEY, token_file, ret_warning, error);
  if (in_environment != NULL && in_environment[0] != '\0') {
    g_autofree char *key = g_strdup (in_environment);

    return check_key (key, strlen (key), API_KEY " in VISIONCRAFT_TOKEN", error)
        ? g_steal_pointer (&key)
        : NULL;
  }
  if (credential != NULL)
    return read_file (API_KEY, credential, NULL, error);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return read_file (API_KEY, path, ret_warning, error);
  g_set_error_literal (error, FAILURE, FAILURE_KEY,
      "There is no API key: run \"visioncraft-to-video --set-token\" once, set "
      "VISIONCRAFT_TOKEN, or give --token-file (docs/api-key.md says how to "
      "get a key).");
  return NULL;
}

char *
api_key_find_password (
    const char *password_file, char **ret_warning, GError **error)
{
  g_autofree char *credential = find_credential (PASSWORD);

  *ret_warning = NULL;
  if (password_file != NULL)
    return read_file (PASSWORD, password_file, ret_warning, error);
  return credential != NULL ? read_file (PASSWORD, credential, NULL, error)
                            : NULL;
}

gboolean
api_key_check (const char *key, GError **error)
{
  g_autofree char *copy = g_strdup (key);

  return check_key (copy, strlen (copy), API_KEY " that was given", error);
}

gboolean
api_key_store (const char *key, GError **error)
{
  g_autofree char *checked = g_strdup (key);
  g_autofree char *path = api_key_dup_path ();
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *line = NULL;
  g_autoptr (GError) reason = NULL;

  if (!check_key (checked, strlen (checked), API_KEY " that was given", error))
    return FALSE;
  line = g_strconcat (checked, "\n", NULL);
  if (g_mkdir_with_parents (directory, 0700) == 0
      && g_file_set_contents_full (path, line, -1,
          G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
          &reason)
      /* One that was there keeps its rights. */
      && g_chmod (path, 0600) == 0)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_OUTPUT, "\"%s\" cannot be written: %s.",
      path, reason != NULL ? reason->message : g_strerror (errno));
  return FALSE;
}

/* --- The terminal --- */

static volatile sig_atomic_t caught;

static void
on_signal (int number)
{
  caught = number;
}

/* A signal ends the question and the program, but never leaves a terminal that
 * does not show what is typed. */
static char *
read_hidden_line (gsize *ret_size)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
  struct sigaction action = { .sa_handler = on_signal }, before[4];
  g_autofree char *text = g_malloc0 (MAX_SIZE + 4);
  struct termios shown, hidden;
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
  sigset_t signals, usual;
  gssize n = 0;

  /* Caught only while waiting: one that came just before that would be lost. */
  sigemptyset (&signals);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    sigaddset (&signals, numbers[i]);
    sigaction (numbers[i], &action, &before[i]);
  }
  sigprocmask (SIG_BLOCK, &signals, &usual);
  tcgetattr (STDIN_FILENO, &shown);
  hidden = shown;
  hidden.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
  fputs ("API key (what you type is not shown): ", stderr);
  if (ppoll (&input, 1, NULL, &usual) > 0)
    n = read (STDIN_FILENO, text, MAX_SIZE + 3);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &shown);
  fputs ("\n", stderr);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sigaction (numbers[i], &before[i], NULL);
  sigprocmask (SIG_SETMASK, &usual, NULL);
  if (caught != 0)
    raise (caught);
  *ret_size = n > 0 ? (gsize) n : 0;
  return g_steal_pointer (&text);
}

char *
api_key_ask (GError **error)
{
  gsize size = 0;
  g_autofree char *key = isatty (STDIN_FILENO) ? read_hidden_line (&size)
                                               : read_all (STDIN_FILENO, &size);

  if (key == NULL) {
    refuse (error, API_KEY " on standard input", g_strerror (errno));
    return NULL;
  }
  return check_key (key, size, API_KEY " that was given", error)
      ? g_steal_pointer (&key)
      : NULL;
}
