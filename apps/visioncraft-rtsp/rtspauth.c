/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspauth.h"

#include "clientkey.h"
#include "ratelimit.h"

#define TRIES_PER_MINUTE 6

struct _RtspAuth
{
  GstRTSPAuth parent;

  GMutex lock;
  RateLimit *tries; /* @lock; wrong ones */
};

G_DEFINE_FINAL_TYPE (RtspAuth, rtsp_auth, GST_TYPE_RTSP_AUTH)

char *
rtsp_auth_make_client_key (const GstRTSPContext *context)
{
  const char *ip = gst_rtsp_connection_get_ip (context->conn);
  g_autoptr (GInetAddress) address =
      ip != NULL ? g_inet_address_new_from_string (ip) : NULL;

  return address != NULL ? client_key_new (address) : g_strdup ("");
}

/* Whether @client has tries left; @wrong: one less. */
static gboolean
may_try (RtspAuth *self, const char *client, gboolean wrong)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean may;
  guint wait_s;

  g_mutex_lock (&self->lock);
  may = wrong ? rate_limit_allow (self->tries, client, now_us, &wait_s)
              : rate_limit_would_allow (self->tries, client, now_us);
  g_mutex_unlock (&self->lock);
  return may;
}

/* TRUE without a token: the library asks who it is. */
static gboolean
authenticate (GstRTSPAuth *auth, GstRTSPContext *context)
{
  RtspAuth *self = RTSP_AUTH (auth);
  g_autofree char *client = rtsp_auth_make_client_key (context);
  char *credentials;

  if (gst_rtsp_message_get_header (
          context->request, GST_RTSP_HDR_AUTHORIZATION, &credentials, 0)
      != GST_RTSP_OK)
    return TRUE;
  if (!may_try (self, client, FALSE)) {
    g_message ("%s: too many wrong passwords", client);
    return FALSE;
  }
  if (!GST_RTSP_AUTH_CLASS (rtsp_auth_parent_class)
           ->authenticate (auth, context))
    return FALSE;
  if (context->token == NULL) {
    may_try (self, client, TRUE);
    g_message ("%s: a wrong password", client);
  }
  return TRUE;
}

/* The library asks who somebody is when a media is there, and here it is made
 * for who asks. Any check will do that needs to know him; if he is not known,
 * it has replied. */
static gboolean
check_access (GstRTSPAuth *auth, GstRTSPContext *context, const char *check)
{
  GstRTSPAuthClass *parent = GST_RTSP_AUTH_CLASS (rtsp_auth_parent_class);

  if (!g_str_equal (check, GST_RTSP_AUTH_CHECK_URL))
    return parent->check (auth, context, check);
  parent->check (auth, context, GST_RTSP_AUTH_CHECK_TRANSPORT_CLIENT_SETTINGS);
  return context->token != NULL;
}

static void
rtsp_auth_finalize (GObject *object)
{
  RtspAuth *self = RTSP_AUTH (object);

  rate_limit_free (self->tries);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (rtsp_auth_parent_class)->finalize (object);
}

static void
rtsp_auth_class_init (RtspAuthClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rtsp_auth_finalize;
  GST_RTSP_AUTH_CLASS (klass)->authenticate = authenticate;
  GST_RTSP_AUTH_CLASS (klass)->check = check_access;
}

static void
rtsp_auth_init (RtspAuth *self)
{
  g_mutex_init (&self->lock);
  self->tries = rate_limit_new (TRIES_PER_MINUTE);
}

GstRTSPAuth *
rtsp_auth_new (const char *user, const char *password, const char *role)
{
  GstRTSPAuth *auth = g_object_new (RTSP_TYPE_AUTH, NULL);
  g_autoptr (GstRTSPToken) token = gst_rtsp_token_new (
      GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, role, NULL);

  gst_rtsp_auth_set_supported_methods (auth, GST_RTSP_AUTH_DIGEST);
  gst_rtsp_auth_add_digest (auth, user, password, token);
  return auth;
}
