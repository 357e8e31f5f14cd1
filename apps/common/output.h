/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format.h"

G_BEGIN_DECLS

/* Where the files are written until they are whole: a hidden directory beside
 * the target. Whatever happens before output_publish(), the target is as it
 * was. */
typedef struct _Output Output;

/* Checks that the target may be written, with @force also over what exists,
 * and makes the directory. NULL with a FAILURE_OUTPUT. */
Output *output_new (
    const char *file, const Format *format, gboolean force, GError **error);

/* The target is the standard output; until then the file is in the directory
 * for temporary files. */
Output *output_new_for_stdout (const Format *format, GError **error);

/* Removes what has not been published. NULL is allowed. */
void output_free (Output *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Output, output_free)

/* The file in the hidden directory that the sink writes. With @printf_safe the
 * directory's percent signs are doubled, for sinks that hand it to printf. The
 * caller owns it. */
char *output_dup_path (Output *output, const char *name, gboolean printf_safe);

/* The files in the hidden directory, by name; transfer full. */
GPtrArray *output_list (Output *output);

/* Reads and writes one of them; NULL and FALSE with a FAILURE_OUTPUT. */
GBytes *output_read (Output *output, const char *name, GError **error);
gboolean output_write (
    Output *output, const char *name, GBytes *bytes, GError **error);

/* @text with the target's directory where it names the hidden one, which is
 * gone before anybody could look. The caller owns it. */
char *output_hide (Output *output, const char *text);

/* The target as it was given, its name without directories, and its format.
 * Owned by @output. */
const char *output_get_file (Output *output);
const char *output_get_name (Output *output);
const Format *output_get_format (Output *output);

/* Moves all files to their names, whole and on the disk; without @force none
 * that exists is replaced, with it the rest of an older and longer sequence
 * goes. FALSE with a FAILURE_OUTPUT; then nothing has been published, unless
 * it replaced something. @ret_n_files and @ret_n_bytes count what has been
 * written. */
gboolean output_publish (
    Output *output, guint *ret_n_files, guint64 *ret_n_bytes, GError **error);

G_END_DECLS
