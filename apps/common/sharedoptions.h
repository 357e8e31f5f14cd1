/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "encode.h"
#include "userconfig.h"

G_BEGIN_DECLS

/* The options with a value of every program that generates and converts on the
 * command line; a program's own follow them. */
typedef enum
{
  OPTION_SAMPLER,
  OPTION_STEPS,
  OPTION_CFG_SCALE,
  OPTION_NEGATIVE_PROMPT,
  OPTION_LOOPS,
  OPTION_FPS,
  OPTION_SIZE,
  OPTION_BACKGROUND,
  OPTION_QUALITY,
  OPTION_TOKEN_FILE,
  OPTION_API_URL,
  OPTION_CA_FILE,
  OPTION_PROXY,
  OPTION_CACHE_DIR,
  N_SHARED_OPTIONS
} SharedOption;

extern const ValueOption shared_options[N_SHARED_OPTIONS];

/* What they say. */
typedef struct
{
  int steps, cfg_scale; /* -1: not given */
  EncodeSettings encode;
} SharedSettings;

/* Checks the values of @values, which begins with the shared ones; @formats
 * are those of the files to write. FALSE with a FAILURE_USAGE: also for an
 * option on the command line that no format of them has a use for. */
gboolean shared_options_read (const Value *values, const Format *const *formats,
    guint n_formats, SharedSettings *ret_settings, GError **error);

/* Where generated GIFs are kept. The caller owns it. */
char *shared_options_dup_cache_dir (const Value *values);

/* FALSE with a FAILURE_USAGE: "@option must be @wanted." */
gboolean option_wrong_value (
    GError **error, const char *option, const char *wanted);

G_END_DECLS
