/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format.h"

G_BEGIN_DECLS

/* Where the files of items go: text with the fields {n}, {id}, {slug} and
 * {variation}; "{{" and "}}" are braces. What a field becomes is a part of a
 * file's name, of bounded length, whatever is in the list. */
typedef struct _Template Template;

/* What fills the fields. */
typedef struct
{
  guint64 n;
  const char *id, *prompt;
  guint variation;
} TemplateFields;

/* NULL with a FAILURE_USAGE: an unknown field, no format, no name. */
Template *template_new (const char *text, GError **error);
void template_free (Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Template, template_free)

const Format *template_get_format (Template *template);

/* The folder as far as it is the same for all items, at least "." or "/". The
 * caller owns it. */
char *template_dup_folder (Template *template);

/* The file; NULL with a FAILURE_USAGE where its name is too long for a file
 * system. The caller owns it. */
char *template_expand (
    Template *template, const TemplateFields *fields, GError **error);

/* @prompt as a part of a file's name: its words in small letters with "-"
 * between them, no longer than 80 bytes. Where it is cut it ends with eight
 * digits of the whole prompt's sum, so that prompts that begin alike differ. The
 * caller owns it. */
char *template_slug (const char *prompt);

G_END_DECLS
