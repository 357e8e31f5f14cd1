/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcrequest.h"
#include "vcaddress.h"

#include "vctokenfile.h"

#include <string.h>

#include <libsoup/soup.h>

VcRequest *
vc_request_new (void)
{
  return g_new0 (VcRequest, 1);
}

static gpointer
ref_or_null (gpointer object)
{
  return object != NULL ? g_object_ref (object) : NULL;
}

/* Each is owned, and may be a secret. */
static const gsize strings[] = {
  G_STRUCT_OFFSET (VcRequest, api_url),
  G_STRUCT_OFFSET (VcRequest, endpoint),
  G_STRUCT_OFFSET (VcRequest, authorization),
  G_STRUCT_OFFSET (VcRequest, token),
  G_STRUCT_OFFSET (VcRequest, token_file),
  G_STRUCT_OFFSET (VcRequest, prompt),
  G_STRUCT_OFFSET (VcRequest, negative_prompt),
  G_STRUCT_OFFSET (VcRequest, sampler),
  G_STRUCT_OFFSET (VcRequest, ssl_ca_file),
  G_STRUCT_OFFSET (VcRequest, proxy),
  G_STRUCT_OFFSET (VcRequest, proxy_id),
  G_STRUCT_OFFSET (VcRequest, proxy_pw),
  G_STRUCT_OFFSET (VcRequest, user_agent),
  G_STRUCT_OFFSET (VcRequest, cache_dir),
};

VcRequest *
vc_request_copy (const VcRequest *request)
{
  VcRequest *copy = g_memdup2 (request, sizeof (*request));

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    char **field = G_STRUCT_MEMBER_P (copy, strings[i]);

    *field = g_strdup (*field);
  }
  copy->extra_headers = g_strdupv (request->extra_headers);
  copy->tls_database = ref_or_null (request->tls_database);
  copy->tls_interaction = ref_or_null (request->tls_interaction);
  copy->session = ref_or_null (request->session);
  return copy;
}

void
vc_request_set_string (char **field, const char *value)
{
  vc_secret_free (*field);
  *field = g_strdup (value);
}

/* Replaces the string in @field by the bytes from @start to @end, with their
 * percent signs read if that makes sense. */
static void
set_unescaped (char **field, const char *start, const char *end)
{
  char *text = g_uri_unescape_segment (start, end, NULL);

  if (text == NULL)
    text = g_strndup (start, end - start);
  vc_secret_free (*field);
  *field = text;
}

void
vc_request_set_proxy (VcRequest *request, const char *address)
{
  g_autofree char *bare = NULL;
  const char *scheme_end, *start, *at, *colon;

  if (address == NULL || address[0] == '\0') {
    vc_request_set_string (&request->proxy, NULL);
    return;
  }

  scheme_end = strstr (address, "://");
  start = scheme_end != NULL ? scheme_end + strlen ("://") : address;
  /* Up to the last one: passwords hold anything, proxies have no path. */
  at = strrchr (start, '@');
  if (at != NULL) {
    colon = memchr (start, ':', at - start);
    set_unescaped (&request->proxy_id, start, colon != NULL ? colon : at);
    if (colon != NULL)
      set_unescaped (&request->proxy_pw, colon + 1, at);
  }
  bare = g_strdup_printf ("%.*s%s",
      scheme_end != NULL ? (int) (start - address) : (int) strlen ("http://"),
      scheme_end != NULL ? address : "http://", at != NULL ? at + 1 : start);
  vc_request_set_string (&request->proxy, bare);
}

void
vc_request_free (VcRequest *request)
{
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    vc_secret_free (G_STRUCT_MEMBER (char *, request, strings[i]));
  g_strfreev (request->extra_headers);
  g_clear_object (&request->tls_database);
  g_clear_object (&request->tls_interaction);
  g_clear_object (&request->session);
  g_free (request);
}

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, VC_ERROR, VC_ERROR_SETTING, sentence);
  return FALSE;
}

/* Printable ASCII: what travels unchanged in JSON and cannot end a header's
 * line. */
static gboolean
is_token (const char *token)
{
  for (const char *p = token; *p != '\0'; p++) {
    if (!g_ascii_isgraph (*p))
      return FALSE;
  }
  return token[0] != '\0';
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0
      || g_str_has_suffix (host, ".localhost");
}

gboolean
vc_request_is_loopback (GSocketAddress *address)
{
  return G_IS_INET_SOCKET_ADDRESS (address)
      && g_inet_address_get_is_loopback (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

gboolean
vc_request_wants_loopback (const VcRequest *request)
{
  return request->ssl_strict
      && g_ascii_strncasecmp (request->api_url, "https:", strlen ("https:"))
      != 0;
}

static gboolean
check_api_url (const VcRequest *request, GError **error)
{
  g_autoptr (GUri) uri = request->api_url != NULL
      ? g_uri_parse (request->api_url, SOUP_HTTP_URI_FLAGS, NULL)
      : NULL;
  gboolean https;

  if (uri == NULL || !vc_address_has_host (uri))
    return refuse (error,
        "The api-url is not an address: set it to something like "
        "https://visioncraft.top.");
  if (g_uri_get_userinfo (uri) != NULL)
    return refuse (error,
        "The api-url holds a user name: leave it out, the service knows only "
        "the token.");
  if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return refuse (error,
        "The api-url holds a ? or a #: it must end before them, the path of "
        "the request is put behind it.");

  https = g_str_equal (g_uri_get_scheme (uri), "https");
  if (!https && !g_str_equal (g_uri_get_scheme (uri), "http"))
    return refuse (error, "The api-url must begin with https:// or http://.");
  if (vc_request_wants_loopback (request)
      && !is_loopback (g_uri_get_host (uri)))
    return refuse (error,
        "The token would travel readable for everyone: use an https:// "
        "api-url (or ssl-strict=false where you trust the whole way).");
  return TRUE;
}

/* Whether a header of this name may be set by the user on every request. */
static gboolean
allows_header (const char *name, const char *value)
{
  /* Those that carry a secret, or that libsoup or the protocol sets. */
  static const char *const ours[] = { "Authorization", "Proxy-Authorization",
    "Cookie", "Host", "Content-Length", "Content-Type", "Transfer-Encoding",
    "Connection", "Range", "If-Range", "Accept-Encoding", "Expect", "Upgrade" };

  if (name[0] == '\0' || value == NULL)
    return FALSE;
  /* RFC 9110 §5.1: a field name is a token; §5.5: no CR, LF or NUL in a value.
   */
  for (const char *p = name; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr ("!#$%&'*+-.^_`|~", *p) == NULL)
      return FALSE;
  }
  for (const char *p = value; *p != '\0'; p++) {
    if (g_ascii_iscntrl (*p) && *p != '\t')
      return FALSE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (ours); i++) {
    if (g_ascii_strcasecmp (name, ours[i]) == 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_headers (const VcRequest *request, GError **error)
{
  if (request->user_agent != NULL && request->user_agent[0] != '\0'
      && !allows_header ("User-Agent", request->user_agent))
    return refuse (error,
        "The user-agent holds a line break or another control character.");
  for (char **field = request->extra_headers; field != NULL && *field != NULL;
       field += 2) {
    if (!allows_header (field[0], field[1])) {
      g_autofree char *name = g_strescape (field[0], NULL);

      g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
          "The field \"%s\" of extra-headers cannot be sent: leave out what "
          "carries a key, what HTTP itself needs, and line breaks.",
          name);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_proxy (const VcRequest *request)
{
  g_autoptr (GUri) uri = NULL;

  if (request->proxy == NULL)
    return TRUE;
  uri = g_uri_parse (request->proxy, G_URI_FLAGS_NONE, NULL);
  return uri != NULL && g_uri_get_host (uri) != NULL
      && g_uri_get_host (uri)[0] != '\0';
}

/* That there is a file; what is in it is read where it is used. Opening a FIFO
 * would wait for its writer. */
static gboolean
check_ca_file (const VcRequest *request, GError **error)
{
  if (request->ssl_ca_file == NULL || request->tls_database != NULL
      || g_file_test (request->ssl_ca_file, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
      "The ssl-ca-file %s cannot be used: it is not a file.",
      request->ssl_ca_file);
  return FALSE;
}

/* Segments of RFC 3986 §2.3's unreserved characters: nothing that changes where
 * the request goes. */
static gboolean
check_endpoint (const VcRequest *request)
{
  g_auto (GStrv) segments = NULL;

  if (request->endpoint == NULL)
    return TRUE;
  segments = g_strsplit (request->endpoint, "/", -1);
  for (char **segment = segments; *segment != NULL; segment++) {
    if (g_str_equal (*segment, "") || g_str_equal (*segment, ".")
        || g_str_equal (*segment, ".."))
      return FALSE;
    for (const char *p = *segment; *p != '\0'; p++) {
      if (!g_ascii_isalnum (*p) && strchr ("-._~", *p) == NULL)
        return FALSE;
    }
  }
  return segments[0] != NULL;
}

/* RFC 7617 and RFC 6750, as gateways in front of a service want them. */
static gboolean
check_authorization (const VcRequest *request)
{
  const char *text = request->authorization;
  const char *space = text != NULL ? strchr (text, ' ') : NULL;
  gsize length = space != NULL ? space - text : 0;

  return text == NULL
      || (is_token (space != NULL ? space + 1 : "")
          && ((length == strlen ("Basic")
                  && g_ascii_strncasecmp (text, "Basic", length) == 0)
              || (length == strlen ("Bearer")
                  && g_ascii_strncasecmp (text, "Bearer", length) == 0)));
}

gboolean
vc_request_check_token (const VcRequest *request, GError **error)
{
  if (request->token == NULL || request->token[0] == '\0')
    return refuse (error,
        "There is no token: set token-file, token or the environment "
        "variable VISIONCRAFT_TOKEN to your VisionCraft API key, or keep it "
        "with visioncraft-to-video --set-token. How to get one: "
        "docs/api-key.md.");
  if (!is_token (request->token))
    return refuse (error,
        "The token holds a space or a character that no VisionCraft API key "
        "has: check token, token-file or VISIONCRAFT_TOKEN.");
  return TRUE;
}

gboolean
vc_request_check (const VcRequest *request, GError **error)
{
  if (request->prompt == NULL || request->prompt[0] == '\0')
    return refuse (error,
        "There is no prompt: set the prompt property to what the GIF should "
        "show.");
  if (request->cache_dir == NULL && !vc_request_check_token (request, error))
    return FALSE;
  if (request->sampler == NULL || request->sampler[0] == '\0')
    return refuse (error, "There is no sampler: set sampler, e.g. to Euler.");
  if (!g_utf8_validate (request->prompt, -1, NULL)
      || !g_utf8_validate (request->sampler, -1, NULL)
      || (request->negative_prompt != NULL
          && !g_utf8_validate (request->negative_prompt, -1, NULL)))
    return refuse (
        error, "prompt, negative-prompt and sampler must be valid UTF-8.");
  if (!check_endpoint (request))
    return refuse (error,
        "The endpoint is not a path below api-url: set it to something like "
        "generate-gif or beta/generate-gif.");
  if (!check_authorization (request))
    return refuse (
        error, "The authorization is neither \"Basic …\" nor \"Bearer …\".");
  if (!check_proxy (request))
    return refuse (error,
        "The proxy is not an address: set it to something like "
        "http://proxy.example:3128.");
  return check_ca_file (request, error) && check_headers (request, error)
      && check_api_url (request, error);
}

gboolean
vc_request_accepts_session (GObject *object)
{
  return SOUP_IS_SESSION (object);
}

gboolean
vc_request_find_token (VcRequest *request, const char *fallback,
    char **ret_warning, GError **error)
{
  *ret_warning = NULL;
  if (request->token != NULL && request->token[0] != '\0')
    return TRUE;
  if (request->token_file == NULL) {
    vc_request_set_string (&request->token, fallback);
    return TRUE;
  }

  vc_secret_free (request->token);
  request->token = vc_token_file_read (request->token_file, ret_warning, error);
  return request->token != NULL;
}
