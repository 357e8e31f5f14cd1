/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "linereader.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)

struct _LineReader
{
  int fd;
  gboolean may_wait, ended;
  gboolean skips; /* the rest of a line that is too long */
  GByteArray *buffer;
  gsize used; /* bytes of it that have been given */
  guint64 number, offset;
};

LineReader *
line_reader_new (int fd, gboolean may_wait)
{
  LineReader *reader = g_new0 (LineReader, 1);

  reader->fd = fd;
  reader->may_wait = may_wait;
  reader->buffer = g_byte_array_new ();
  return reader;
}

void
line_reader_free (LineReader *reader)
{
  if (reader == NULL)
    return;
  close (reader->fd);
  g_byte_array_unref (reader->buffer);
  g_free (reader);
}

guint64
line_reader_get_number (LineReader *reader)
{
  return reader->number;
}

guint64
line_reader_get_offset (LineReader *reader)
{
  return reader->offset;
}

int
line_reader_get_fd (LineReader *reader)
{
  return reader->fd;
}

gboolean
line_reader_rewind (LineReader *reader)
{
  if (lseek (reader->fd, 0, SEEK_SET) != 0)
    return FALSE;
  g_byte_array_set_size (reader->buffer, 0);
  reader->used = 0;
  reader->number = reader->offset = 0;
  reader->ended = reader->skips = FALSE;
  return TRUE;
}

/* LINE_READ: there is more in the buffer, or the file has ended. */
static LineResult
fill (LineReader *reader)
{
  struct pollfd input = { .fd = reader->fd, .events = POLLIN };
  gsize length;
  gssize n;

  if (reader->may_wait && poll (&input, 1, 0) == 0)
    return LINE_WAIT;
  g_byte_array_remove_range (reader->buffer, 0, (guint) reader->used);
  reader->used = 0;
  length = reader->buffer->len;
  g_byte_array_set_size (reader->buffer, (guint) length + READ_SIZE);
  do
    n = read (reader->fd, reader->buffer->data + length, READ_SIZE);
  while (n < 0 && errno == EINTR);
  g_byte_array_set_size (reader->buffer, (guint) (length + MAX (n, 0)));
  if (n < 0)
    return errno == EAGAIN ? LINE_WAIT : LINE_FAILED;
  reader->ended = n == 0;
  return LINE_READ;
}

static LineResult
give (LineReader *reader, gsize size, gsize size_with_end,
    const char **ret_line, gsize *ret_size)
{
  const char *line = (const char *) reader->buffer->data + reader->used;
  gboolean skipped = reader->skips || size > LINE_MAX_SIZE;

  reader->used += size_with_end;
  reader->offset += size_with_end;
  reader->number++;
  reader->skips = FALSE;
  if (skipped)
    return LINE_TOO_LONG;
  if (size > 0 && line[size - 1] == '\r')
    size--;
  *ret_line = line;
  *ret_size = size;
  return LINE_READ;
}

LineResult
line_reader_next (LineReader *reader, const char **ret_line, gsize *ret_size)
{
  gsize searched = 0;

  for (;;) {
    gsize size = reader->buffer->len - reader->used;
    const guint8 *begin = reader->buffer->data + reader->used;
    const guint8 *end = size > searched
        ? memchr (begin + searched, '\n', size - searched)
        : NULL;
    LineResult result;

    if (end != NULL)
      return give (reader, (gsize) (end - begin), (gsize) (end - begin) + 1,
          ret_line, ret_size);
    if (reader->ended)
      return size > 0 || reader->skips
          ? give (reader, size, size, ret_line, ret_size)
          : LINE_END;
    if (size > LINE_MAX_SIZE) {
      reader->skips = TRUE;
      reader->used += size;
      reader->offset += size;
      size = 0;
    }
    searched = size;
    result = fill (reader);
    if (result != LINE_READ)
      return result;
  }
}
