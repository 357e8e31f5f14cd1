/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal.h"

#include "failure.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  JournalFunc func;
  gpointer data;
} Waiter;

/* Lines that go out together. */
typedef struct
{
  GString *text;
  GArray *waiters; /* of Waiter */
  GError *error;
} Group;

struct _Journal
{
  char *path;
  int fd;
  guint64 end; /* where the next line begins */
  GThread *thread;

  GMutex lock;
  GCond changed;
  Group *pending; /* nobody writes it yet */
  gboolean closing;
  guint n_commits;

  guint64 written; /* of the thread: what is whole in the file */
  int failed;      /* of the thread: errno */
};

static Group *
group_new (void)
{
  Group *group = g_new0 (Group, 1);

  group->text = g_string_new (NULL);
  group->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  return group;
}

static void
group_free (gpointer data)
{
  Group *group = data;

  g_string_free (group->text, TRUE);
  g_array_unref (group->waiters);
  g_clear_error (&group->error);
  g_free (group);
}

/* --- Opening --- */

static gboolean
fail (GError **error, const char *path)
{
  g_autofree char *shown = failure_printable (path);

  if (errno == EWOULDBLOCK)
    g_set_error (error, FAILURE, FAILURE_LATER,
        "Another process works with \"%s\": wait for its end, or choose "
        "another --journal-dir.",
        shown);
  else
    g_set_error (error, FAILURE,
        errno == ENOSPC || errno == EDQUOT ? FAILURE_LATER : FAILURE_OUTPUT,
        "\"%s\" cannot be written: %s.", shown, g_strerror (errno));
  return FALSE;
}

static gboolean
write_all (int fd, const char *text, gsize size)
{
  while (size > 0) {
    gssize n = write (fd, text, size);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    text += n;
    size -= (gsize) n;
  }
  return TRUE;
}

/* A line that a dying process has not ended must not grow together with the
 * next one. */
static gboolean
close_torn_line (Journal *journal)
{
  struct stat status;
  char last = '\n';

  if (fstat (journal->fd, &status) != 0)
    return FALSE;
  journal->end = (guint64) status.st_size;
  if (status.st_size > 0
      && pread (journal->fd, &last, 1, status.st_size - 1) != 1)
    return FALSE;
  if (last == '\n')
    return TRUE;
  journal->end++;
  return write_all (journal->fd, "\n", 1);
}

/* The file's name has to be on the disk too. */
static gboolean
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  fsync (fd); /* not every file system can */
  close (fd);
  return TRUE;
}

static gpointer write_thread (gpointer data);

Journal *
journal_open (const char *path, GError **error)
{
  g_autoptr (Journal) journal = g_new0 (Journal, 1);
  g_autofree char *folder = g_path_get_dirname (path);

  journal->path = g_strdup (path);
  journal->pending = group_new ();
  g_mutex_init (&journal->lock);
  g_cond_init (&journal->changed);
  journal->fd = -1;
  if (g_mkdir_with_parents (folder, 0777) == 0)
    journal->fd = g_open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (journal->fd < 0 || flock (journal->fd, LOCK_EX | LOCK_NB) != 0
      || !close_torn_line (journal) || !sync_folder (path)) {
    fail (error, path);
    return NULL;
  }
  journal->written = journal->end;
  journal->thread = g_thread_new ("batch-journal", write_thread, journal);
  return g_steal_pointer (&journal);
}

void
journal_free (Journal *journal)
{
  if (journal == NULL)
    return;
  if (journal->thread != NULL) {
    g_mutex_lock (&journal->lock);
    journal->closing = TRUE;
    g_cond_signal (&journal->changed);
    g_mutex_unlock (&journal->lock);
    g_thread_join (journal->thread);
  }
  if (journal->fd >= 0)
    close (journal->fd);
  group_free (journal->pending);
  g_mutex_clear (&journal->lock);
  g_cond_clear (&journal->changed);
  g_free (journal->path);
  g_free (journal);
}

/* --- The thread --- */

static gboolean
on_written (gpointer data)
{
  Group *group = data;

  for (guint i = 0; i < group->waiters->len; i++) {
    const Waiter *waiter = &g_array_index (group->waiters, Waiter, i);

    waiter->func (group->error, waiter->data);
  }
  return G_SOURCE_REMOVE;
}

/* A part of a line is worse than none. */
static void
write_group (Journal *journal, Group *group)
{
  if (journal->failed == 0) {
    if (write_all (journal->fd, group->text->str, group->text->len)
        && fdatasync (journal->fd) == 0) {
      journal->written += group->text->len;
    } else {
      journal->failed = errno;
      if (ftruncate (journal->fd, (off_t) journal->written) != 0)
        g_debug ("%s stays torn: %s", journal->path, g_strerror (errno));
    }
  }
  if (journal->failed != 0) {
    errno = journal->failed;
    fail (&group->error, journal->path);
  }
}

static Group *
take_pending (Journal *journal)
{
  Group *group = NULL;

  g_mutex_lock (&journal->lock);
  while (journal->pending->text->len == 0 && !journal->closing)
    g_cond_wait (&journal->changed, &journal->lock);
  if (journal->pending->text->len > 0) {
    group = journal->pending;
    journal->pending = group_new ();
    journal->n_commits++;
  }
  g_mutex_unlock (&journal->lock);
  return group;
}

static gpointer
write_thread (gpointer data)
{
  Journal *journal = data;
  Group *group;

  while ((group = take_pending (journal)) != NULL) {
    write_group (journal, group);
    g_idle_add_full (G_PRIORITY_DEFAULT, on_written, group, group_free);
  }
  return NULL;
}

guint64
journal_append (
    Journal *journal, const char *line, JournalFunc func, gpointer data)
{
  const Waiter waiter = { func, data };
  guint64 place = journal->end;
  Group *group;

  g_mutex_lock (&journal->lock);
  group = journal->pending;
  g_string_append (group->text, line);
  g_string_append_c (group->text, '\n');
  if (func != NULL)
    g_array_append_val (group->waiters, waiter);
  g_cond_signal (&journal->changed);
  g_mutex_unlock (&journal->lock);
  journal->end += strlen (line) + 1;
  return place;
}

guint
journal_get_n_commits (Journal *journal)
{
  guint n;

  g_mutex_lock (&journal->lock);
  n = journal->n_commits;
  g_mutex_unlock (&journal->lock);
  return n;
}
