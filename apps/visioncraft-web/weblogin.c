/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "weblogin.h"

#include "access.h"
#include "ratelimit.h"
#include "webfault.h"
#include "webjson.h"
#include "webremote.h"
#include "webreply.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/random.h>

#define COOKIE "visioncraft-session"
#define SECRET_BYTES 16
#define LIFETIME_S (30 * 24 * 60 * 60)
#define LIFETIME_US (LIFETIME_S * (gint64) G_USEC_PER_SEC)
#define SESSIONS_MAX 1000

/* Of each client. */
#define TRIES_PER_MINUTE 6

typedef struct
{
  char *sum; /* of its cookie's value */
  gint64 begun_us;
} Session;

struct _WebLogin
{
  char *password; /* NULL: nobody is asked */
  const WebSite *site;
  RateLimit *tries;
  GQueue sessions; /* of Session, the oldest first */
};

static void
session_free (gpointer data)
{
  Session *session = data;

  g_free (session->sum);
  g_free (session);
}

WebLogin *
web_login_new (const char *password, const WebSite *site)
{
  WebLogin *login = g_new0 (WebLogin, 1);

  login->password = g_strdup (password);
  login->site = site;
  login->tries = rate_limit_new (TRIES_PER_MINUTE);
  g_queue_init (&login->sessions);
  return login;
}

void
web_login_free (WebLogin *login)
{
  if (login == NULL)
    return;
  g_queue_clear_full (&login->sessions, session_free);
  rate_limit_free (login->tries);
  g_free (login->password);
  g_free (login);
}

/* --- Sessions --- */

/* Only the sum is looked up: how long that takes tells nothing of the value. */
static char *
make_sum (const char *secret)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);
}

/* NULL: the system has no random numbers. The caller owns it. */
static char *
begin_session (WebLogin *login)
{
  guint8 bytes[SECRET_BYTES];
  GString *secret;
  Session *session;

  if (getrandom (bytes, sizeof bytes, 0) != (gssize) sizeof bytes)
    return NULL;
  secret = g_string_new (NULL);
  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (secret, "%02x", bytes[i]);
  if (login->sessions.length >= SESSIONS_MAX)
    session_free (g_queue_pop_head (&login->sessions));
  session = g_new (Session, 1);
  session->sum = make_sum (secret->str);
  session->begun_us = g_get_monotonic_time ();
  g_queue_push_tail (&login->sessions, session);
  return g_string_free (secret, FALSE);
}

static GList *
find_secret (WebLogin *login, const char *secret)
{
  g_autofree char *sum = make_sum (secret);

  for (GList *l = login->sessions.head; l != NULL; l = l->next) {
    const Session *session = l->data;

    if (g_str_equal (session->sum, sum))
      return l;
  }
  return NULL;
}

/* There may be several of our name: paths and ports of one host share them. */
static GList *
find_session (WebLogin *login, SoupServerMessage *message)
{
  const char *field = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "Cookie");
  g_auto (GStrv) cookies = g_strsplit_set (field != NULL ? field : "", ";,", 0);
  GList *found = NULL;

  for (guint i = 0; found == NULL && cookies[i] != NULL; i++) {
    const char *cookie = g_strstrip (cookies[i]);

    if (g_str_has_prefix (cookie, COOKIE "="))
      found = find_secret (login, cookie + strlen (COOKIE "="));
  }
  return found;
}

static void
end_session (WebLogin *login, GList *link)
{
  session_free (link->data);
  g_queue_delete_link (&login->sessions, link);
}

gboolean
web_login_knows (WebLogin *login, SoupServerMessage *message)
{
  GList *link;

  if (login->password == NULL)
    return TRUE;
  link = find_session (login, message);
  if (link == NULL)
    return FALSE;
  if (g_get_monotonic_time () - ((const Session *) link->data)->begun_us
      < LIFETIME_US)
    return TRUE;
  end_session (login, link);
  return FALSE;
}

/* --- Replies --- */

static void
reply_cookie (WebLogin *login, SoupServerMessage *message, const char *value,
    int lifetime_s)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);
  g_autofree char *cookie = g_strdup_printf (COOKIE
      "=%s; Path=%s; Max-Age=%d; HttpOnly; SameSite=Strict%s",
      value, web_site_get_base (login->site), lifetime_s,
      web_site_is_secure (login->site) ? "; Secure" : "");

  soup_message_headers_replace (headers, "Set-Cookie", cookie);
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

/* NULL: it is right. */
static WebFault *
check_try (WebLogin *login, SoupServerMessage *message)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  g_autoptr (JsonNode) root = web_json_read_object (body);
  g_autofree char *said = root != NULL
      ? web_json_dup_text (json_node_get_object (root), "password")
      : NULL;
  WebFault *fault;
  guint wait_s;

  if (said == NULL)
    return web_fault_new (SOUP_STATUS_BAD_REQUEST, "malformed");
  if (!rate_limit_allow (login->tries, web_remote_get_key (message),
          g_get_monotonic_time (), &wait_s)) {
    fault = web_fault_new (WEB_STATUS_TOO_MANY_REQUESTS, "tries");
    fault->retry_after_s = wait_s;
    return fault;
  }
  return access_is_password (said, login->password)
      ? NULL
      : web_fault_new (SOUP_STATUS_UNAUTHORIZED, "password");
}

void
web_login_begin (WebLogin *login, SoupServerMessage *message)
{
  WebFault *fault = login->password != NULL ? check_try (login, message) : NULL;
  g_autofree char *secret = fault == NULL ? begin_session (login) : NULL;

  if (fault == NULL && secret == NULL)
    fault = web_fault_new (SOUP_STATUS_INTERNAL_SERVER_ERROR, "internal");
  if (fault != NULL)
    web_reply_fault (message, fault);
  else
    reply_cookie (login, message, secret, LIFETIME_S);
}

void
web_login_end (WebLogin *login, SoupServerMessage *message)
{
  GList *link = find_session (login, message);

  if (link != NULL)
    end_session (login, link);
  reply_cookie (login, message, "", 0);
}
