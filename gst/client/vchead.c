/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vchead.h"

/* Informational replies before the one that counts. */
#define INFORMATIONAL_MAX 32

/* Bytes of a proxy's page that says who may pass. */
#define CHALLENGE_MAX (64 * 1024)

/* A message carries these. */
#define BAD_LENGTH "visioncraft-bad-length"
#define N_INFORMATIONAL "visioncraft-n-informational"

static gboolean
has_length (SoupMessageHeaders *headers)
{
  return soup_message_headers_get_encoding (headers)
      == SOUP_ENCODING_CONTENT_LENGTH;
}

/* The moment between the reading of a head and its use: the status is set when
 * the fields are there. */
static void
on_status (SoupMessage *message, GParamSpec *pspec, gpointer unused)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  /* libsoup takes a negative length (RFC 9110 §8.6 does not). */
  if (has_length (headers)
      && soup_message_headers_get_content_length (headers) < 0) {
    g_object_set_data (G_OBJECT (message), BAD_LENGTH, message);
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
  }
  /* Its page is read to the end, if it has one, and thrown away: rather ask on a
   * new connection. */
  if (soup_message_get_method (message) == SOUP_METHOD_CONNECT
      && soup_message_get_status (message)
          == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED
      && !vc_head_is_short (message)) {
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_NONE);
    soup_message_headers_replace (headers, "Connection", "close");
  }
}

void
vc_head_follow (SoupMessage *message)
{
  g_signal_connect (
      message, "notify::status-code", G_CALLBACK (on_status), NULL);
}

gboolean
vc_head_had_bad_length (SoupMessage *message)
{
  return g_object_get_data (G_OBJECT (message), BAD_LENGTH) != NULL;
}

gboolean
vc_head_is_short (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  return has_length (headers)
      && soup_message_headers_get_content_length (headers) <= CHALLENGE_MAX;
}

gboolean
vc_head_count_informational (SoupMessage *message)
{
  guint n = GPOINTER_TO_UINT (
      g_object_get_data (G_OBJECT (message), N_INFORMATIONAL));

  g_object_set_data (
      G_OBJECT (message), N_INFORMATIONAL, GUINT_TO_POINTER (n + 1));
  return n + 1 < INFORMATIONAL_MAX;
}
