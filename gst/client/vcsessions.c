/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcsessions.h"

/* Many share connections, and the cost stays small. */
#define JOBS_MAX 16

/* More ways than this at once are unusual: then all are forgotten. */
#define WAYS_MAX 32

/* A session carries the number of its jobs. */
#define N_JOBS "visioncraft-n-jobs"

VcSessions *
vc_sessions_new (void)
{
  /* A way's key to a GPtrArray of SoupSession. */
  return g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

void
vc_sessions_free (VcSessions *sessions)
{
  g_hash_table_unref (sessions);
}

/* Names the way that @request's connections go: requests of equal keys can
 * share a session. Holds no secret in clear. The caller owns it. */
static char *
way_key (const VcRequest *request)
{
  /* A connection made without checks must never serve a request that wants
   * them: ssl-strict is part of the way. */
  char *way = g_strdup_printf ("%d|%p|%p|%s|%s|%s|%s", request->ssl_strict,
      (void *) request->tls_database, (void *) request->tls_interaction,
      request->ssl_ca_file ? request->ssl_ca_file : "",
      request->proxy ? request->proxy : "",
      request->proxy_id ? request->proxy_id : "",
      request->proxy_pw ? request->proxy_pw : "");
  char *key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, way, -1);

  vc_secret_free (way);
  return key;
}

static GPtrArray *
find_way (VcSessions *sessions, const VcRequest *request)
{
  g_autofree char *key = way_key (request);
  GPtrArray *way = g_hash_table_lookup (sessions, key);

  if (way != NULL)
    return way;
  if (g_hash_table_size (sessions) >= WAYS_MAX)
    g_hash_table_remove_all (sessions);
  way = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_insert (sessions, g_steal_pointer (&key), way);
  return way;
}

static gboolean
use_ca_file (SoupSession *session, const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  /* A relative one is not taken. */
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autoptr (GTlsDatabase) database = NULL;

  database = g_tls_file_database_new (absolute, &cause);
  if (database == NULL) {
    g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
        "The ssl-ca-file %s cannot be used: %s.", path, cause->message);
    return FALSE;
  }
  soup_session_set_tls_database (session, database);
  return TRUE;
}

static SoupSession *
session_new (const VcRequest *request, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("timeout", 0,
      "max-conns", G_MAXINT, "max-conns-per-host", G_MAXINT, NULL);

  if (request->proxy != NULL) {
    g_autoptr (GProxyResolver) resolver =
        g_simple_proxy_resolver_new (request->proxy, NULL);

    soup_session_set_proxy_resolver (session, resolver);
  }
  if (request->tls_database != NULL)
    soup_session_set_tls_database (session, request->tls_database);
  else if (request->ssl_ca_file != NULL
      && !use_ca_file (session, request->ssl_ca_file, error))
    return NULL;
  if (request->tls_interaction != NULL)
    soup_session_set_tls_interaction (session, request->tls_interaction);
  return g_steal_pointer (&session);
}

static guint
n_jobs (SoupSession *session)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (session), N_JOBS));
}

static void
set_n_jobs (SoupSession *session, guint n)
{
  g_object_set_data (G_OBJECT (session), N_JOBS, GUINT_TO_POINTER (n));
}

/* A session of @way with room for one more, or a new one. */
static SoupSession *
find_room (GPtrArray *way, const VcRequest *request, GError **error)
{
  SoupSession *session;

  for (guint i = 0; i < way->len; i++) {
    session = g_ptr_array_index (way, i);
    if (n_jobs (session) < JOBS_MAX)
      return session;
  }
  session = session_new (request, error);
  if (session != NULL)
    g_ptr_array_add (way, session);
  return session;
}

SoupSession *
vc_sessions_enter (
    VcSessions *sessions, const VcRequest *request, GError **error)
{
  SoupSession *session = request->session != NULL
      ? SOUP_SESSION (request->session)
      : find_room (find_way (sessions, request), request, error);

  if (session == NULL)
    return NULL;
  set_n_jobs (session, n_jobs (session) + 1);
  return g_object_ref (session);
}

void
vc_sessions_leave (SoupSession *session)
{
  set_n_jobs (session, n_jobs (session) - 1);
  g_object_unref (session);
}
