/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An option with a value: text until the program checks it. */
typedef struct
{
  const char *name; /* without dashes */
  const char *help, *argument;
  gboolean in_config; /* may be set in the configuration file */
} ValueOption;

typedef struct
{
  char *text; /* NULL: not given */
  gboolean from_config;
} Value;

/* Adds @options to @context, which sets the @values of those that are given. */
void value_options_add (GOptionContext *context, const ValueOption *options,
    Value *values, guint n);

/* Fills the values that are not given yet from the file "config" in
 * visioncraft/ of the user's configuration directory, a GKeyFile: first from
 * the group [@program], then from [visioncraft], which all programs read and
 * which has the first @n_shared options only. Any other name is an error, and
 * so is a group of no program's. Without a file nothing happens. FALSE with a
 * FAILURE_USAGE. @options and @values have @n elements. */
gboolean user_config_read (const char *program, const ValueOption *options,
    Value *values, guint n, guint n_shared, GError **error);

void values_clear (Value *values, guint n);

G_END_DECLS
