/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcerror.h"

G_BEGIN_DECLS

/* Everything one generation is made from and is made with: a snapshot of the
 * user's settings. Owns what it points to. Element property names stand beside
 * the fields whose names differ. */
typedef struct
{
  char *api_url;
  char *endpoint;      /* path below api_url; NULL: generate-gif */
  char *authorization; /* secret; for api_url's origin; NULL: none */
  char *token;         /* secret */
  char *token_file;    /* read by vc_request_find_token(); NULL: none */
  char *prompt;
  char *negative_prompt; /* NULL: none */
  char *sampler;
  int cfg_scale, steps;
  guint variation; /* tells cached generations of one prompt apart; not sent */

  /* The way there. */
  gboolean ssl_strict;
  char *ssl_ca_file;                /* PEM; NULL: none */
  GTlsDatabase *tls_database;       /* NULL: the system's */
  GTlsInteraction *tls_interaction; /* NULL: none */
  char *proxy; /* address; NULL: the system's resolver decides */
  char *proxy_id;
  char *proxy_pw; /* secret */
  char *user_agent;
  char **extra_headers; /* name, value, name, value …, NULL */
  gboolean keep_alive;
  GObject *session; /* an application's SoupSession; NULL: our own */
  char *cache_dir;  /* where generations are kept; NULL: nowhere */

  /* Whether an http image of an https service may be fetched in clear text,
   * where https does not work. */
  gboolean insecure_download;

  /* Limits, in seconds and bytes; 0: none. */
  guint connect_timeout, generation_timeout, idle_timeout;
  guint download_timeout; /* of the whole download, repeats included */
  /* A download is too slow with fewer bytes per second on average over so many
   * seconds. */
  guint low_speed_limit, low_speed_time;
  guint64 max_size;
  guint retries;            /* further tries after the first */
  double retry_backoff_max; /* seconds */
} VcRequest;

/* All defaults as the element documents them are the element's; this one is
 * zeroed. */
VcRequest *vc_request_new (void);
VcRequest *vc_request_copy (const VcRequest *request);
void vc_request_free (VcRequest *request); /* overwrites the secrets */

/* Replaces the string in a field by a copy of @value, and overwrites what was
 * there: for secrets and the rest. */
void vc_request_set_string (char **field, const char *value);

/* Sets proxy to @address ("" and NULL: none; without a scheme it is http's). A
 * user name and a password in it become proxy-id and proxy-pw, whatever they are
 * made of, so that no address holds a secret. */
void vc_request_set_proxy (VcRequest *request, const char *address);

/* Whether @request can be sent at all: FALSE with VC_ERROR_SETTING, in a
 * sentence that says what to set. Refuses to send the token in clear text
 * anywhere but to this machine unless ssl-strict is off. */
gboolean vc_request_check (const VcRequest *request, GError **error);

/* Whether there is a token that can be sent; vc_request_check() asks this too,
 * unless there is a cache, which may do without. */
gboolean vc_request_check_token (const VcRequest *request, GError **error);

/* Whether @address (NULL: unknown) is this machine's own. */
gboolean vc_request_is_loopback (GSocketAddress *address);

/* Whether the token may only go to this machine: plain HTTP, and ssl-strict is
 * on. */
gboolean vc_request_wants_loopback (const VcRequest *request);

/* Whether @object can stand in for the client's own session (a SoupSession). */
gboolean vc_request_accepts_session (GObject *object);

/* Fills in the token where it is not set: from token-file (vctokenfile.h), or
 * from @fallback where there is no such setting. FALSE with VC_ERROR_SETTING
 * where the file cannot be used. @ret_warning is a sentence about what should be
 * mended, or NULL. */
gboolean vc_request_find_token (VcRequest *request, const char *fallback,
    char **ret_warning, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VcRequest, vc_request_free)

G_END_DECLS
