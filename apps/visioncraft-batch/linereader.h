/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lines of a file or a pipe, one at a time in bounded memory. */
#define LINE_MAX_SIZE (1024 * 1024)

typedef enum
{
  LINE_READ,     /* here it is */
  LINE_TOO_LONG, /* one of more than LINE_MAX_SIZE bytes has been skipped */
  LINE_WAIT,     /* nothing to read yet: wait for the descriptor */
  LINE_END,
  LINE_FAILED, /* errno says why */
} LineResult;

typedef struct _LineReader LineReader;

/* Takes @fd over. With @may_wait, reading never blocks. */
LineReader *line_reader_new (int fd, gboolean may_wait);
void line_reader_free (LineReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LineReader, line_reader_free)

/* The next line without its end ("\n" or "\r\n"), owned by the reader until the
 * next call; the last one need not have an end. */
LineResult line_reader_next (
    LineReader *reader, const char **ret_line, gsize *ret_size);

/* How many lines have been given or skipped. */
guint64 line_reader_get_number (LineReader *reader);

/* Where in the file the next line begins. */
guint64 line_reader_get_offset (LineReader *reader);

int line_reader_get_fd (LineReader *reader);

/* Begins again; FALSE where the file cannot. */
gboolean line_reader_rewind (LineReader *reader);

G_END_DECLS
