/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webfault.h"

G_BEGIN_DECLS

/* What visioncraftgifsrc takes, and the form offers. */
#define WEB_CFG_SCALE_MIN 0
#define WEB_CFG_SCALE_MAX 20
#define WEB_CFG_SCALE_DEFAULT 10
#define WEB_STEPS_MIN 1
#define WEB_STEPS_MAX 50
#define WEB_STEPS_DEFAULT 30

/* What one generation is asked for. */
typedef struct
{
  char *prompt;
  char *negative_prompt; /* NULL: none */
  char *sampler;
  int cfg_scale;
  int steps;
} WebPrompt;

/* Reads a request's @body: an object with the members "prompt" (required),
 * "negative_prompt", "sampler", "cfg_scale" and "steps". A text may have
 * @max_chars characters; the sampler must be one of @samplers, whose first is
 * the default. NULL and @ret_fault when it does not hold, or holds anything
 * else. */
WebPrompt *web_prompt_parse (GBytes *body, guint max_chars,
    const char *const *samplers, WebFault **ret_fault);

/* Adds the members above to the object that @builder is in. */
void web_prompt_add_to (const WebPrompt *prompt, JsonBuilder *builder);

/* A file name of few harmless letters that reminds of the prompt, with
 * @extension after a dot. The caller owns it. */
char *web_prompt_make_file_name (
    const WebPrompt *prompt, const char *extension);

/* What players show of a file: the prompt, and the other settings as a comment.
 * The caller owns it. */
GstTagList *web_prompt_make_tags (const WebPrompt *prompt);

void web_prompt_free (WebPrompt *prompt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebPrompt, web_prompt_free)

G_END_DECLS
