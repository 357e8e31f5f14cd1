/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A flat JSON object (RFC 8259) on one line, read strictly: what people write
 * is told where it is wrong, and no other reader may see something else in it.
 * json-glib takes more than JSON and knows no columns. */
typedef enum
{
  JSON_LINE_NULL,
  JSON_LINE_BOOLEAN, /* @text is "true" or "false" */
  JSON_LINE_NUMBER,  /* @text is the number as it stands */
  JSON_LINE_STRING,
  JSON_LINE_ARRAY, /* of strings or numbers: @texts */
} JsonLineKind;

typedef struct
{
  char *name;
  JsonLineKind kind;
  char *text;
  GPtrArray *texts;
  gsize name_at, value_at; /* bytes from the line's begin */
} JsonLineMember;

/* The members of @line, of JsonLineMember. NULL where it is no such object:
 * then *@ret_at is the byte at which that is seen, and *@ret_what says, as
 * part of a sentence, what is wrong there. */
GPtrArray *json_line_parse (
    const char *line, gsize size, gsize *ret_at, const char **ret_what);

/* NULL: there is none. Owned by @members. */
const JsonLineMember *json_line_find (
    const GPtrArray *members, const char *name);

/* Its text where it is a string, else NULL; its number where it is a whole
 * one, else @otherwise; TRUE where it is true. */
const char *json_line_string (const GPtrArray *members, const char *name);
gint64 json_line_int (
    const GPtrArray *members, const char *name, gint64 otherwise);
double json_line_double (const GPtrArray *members, const char *name);
gboolean json_line_is_true (const GPtrArray *members, const char *name);

G_END_DECLS
