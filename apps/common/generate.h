/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What is asked of the service, and how. NULL and -1: the element's default. */
typedef struct
{
  const char *prompt, *negative_prompt, *sampler;
  int steps, cfg_scale;

  const char *api_url, *token, *ca_file, *proxy;
  /* What is not shown where a server says it; @token is not in any case. Kept by
   * the caller. */
  const char *secret;
  gboolean insecure; /* any certificate will do */
  gboolean closes; /* keeps no connection for later ones: many would pile up */
  int retries;

  const char *cache_dir; /* NULL: none */
  guint variation;       /* which of the pictures in it */
  gboolean is_new;       /* none of them; then @variation is the least */
} GenerateRequest;

/* One generation, held in memory when it is whole. Main thread, default main
 * context. */
typedef struct _Generate Generate;

/* What is being waited for: the source's progress message, or its warning. */
typedef void (*GenerateMessageFunc) (GstMessage *message, gpointer data);

/* Its end: the GIF and what is known of it (NULL: nothing), or @error, a
 * FAILURE_…. Called once, never from within generate_start(). It may free the
 * generation. */
typedef void (*GenerateFunc) (Generate *generate, GBytes *gif,
    const GstTagList *tags, const GError *error, gpointer data);

/* NULL with a FAILURE_UNAVAILABLE where the elements are missing. Nothing is
 * asked of the service yet. */
Generate *generate_new (const GenerateRequest *request, GError **error);

/* Makes the request. @on_message may be NULL. */
void generate_start (Generate *generate, GenerateMessageFunc on_message,
    GenerateFunc func, gpointer data);

/* In @func: whether the GIF was in the cache, and nothing has been asked. */
gboolean generate_was_cached (Generate *generate);

/* What is known of a failure, for programs that decide whether to try again. */
typedef struct
{
  guint status;         /* HTTP's; 0: there was no reply */
  guint retry_after_s;  /* what the service asks for; 0: nothing */
  gboolean billed;      /* the generation may have been */
  gboolean busy;        /* rate limit, queue full */
  gboolean downloading; /* the service had made the GIF */
} GenerateFailure;

/* In @func, with an error. */
void generate_get_failure (Generate *generate, GenerateFailure *ret_failure);

/* Which of the pictures in the cache it is, or will be. */
guint generate_get_variation (Generate *generate);

/* Cancels it, where it runs. NULL is allowed. */
void generate_free (Generate *generate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Generate, generate_free)

G_END_DECLS
