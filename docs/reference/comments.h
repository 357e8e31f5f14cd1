/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The gtk-doc comments of source files, as Markdown. */
typedef struct _Comments Comments;

/* Reads the comments of the @n_paths files; ends the program where one cannot
 * be read. */
Comments *comments_new (char **paths, int n_paths);
void comments_free (Comments *comments);

/* The text under @name, which is "SECTION:element-NAME" or "Type:property",
 * without its tags and its Since line; @ret_since (owned by @comments) is what
 * that says. Ends the program where there is no such comment or no Since: all
 * of ours must have both. */
const char *comments_get (
    Comments *comments, const char *name, const char **ret_since);

/* The comments behind the members of the C enumeration that begins with @first
 * in the file at @path, one each; NULL-terminated, the caller owns them. */
char **comments_of_enum (const char *path, const char *first);

G_END_DECLS
