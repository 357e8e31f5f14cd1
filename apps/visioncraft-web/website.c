/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "website.h"

#include <string.h>

struct _WebSite
{
  gboolean loopback_only;
  /* NULL: there is no proxy. */
  char *public_url; /* with its last slash */
  char *host;
  char *origin;

  char *base; /* begins and ends with a slash */
  gboolean secure;
};

/* As browsers write it: without the scheme's own port. */
static char *
make_origin (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri), *host = g_uri_get_host (uri);
  const char *form = strchr (host, ':') != NULL ? "%s://[%s]" : "%s://%s";
  int port = g_uri_get_port (uri);
  g_autofree char *origin = g_strdup_printf (form, scheme, host);

  if (port <= 0 || (port == 443 && g_str_equal (scheme, "https"))
      || (port == 80 && g_str_equal (scheme, "http")))
    return g_steal_pointer (&origin);
  return g_strdup_printf ("%s:%d", origin, port);
}

/* NULL unless @text is an address of the web with a host. */
static GUri *
parse_web_uri (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);

  if (uri == NULL || g_uri_get_host (uri) == NULL
      || g_uri_get_host (uri)[0] == '\0')
    return NULL;
  if (!g_str_equal (g_uri_get_scheme (uri), "http")
      && !g_str_equal (g_uri_get_scheme (uri), "https"))
    return NULL;
  return g_steal_pointer (&uri);
}

/* The base goes into a page and a cookie as it is. */
static gboolean
is_plain_path (const char *path)
{
  for (const char *c = path; *c != '\0'; c++) {
    if (!g_ascii_isalnum (*c) && strchr ("/-._~", *c) == NULL)
      return FALSE;
  }
  return strstr (path, "//") == NULL && strstr (path, "/.") == NULL;
}

WebSite *
web_site_new (const char *public_url, gboolean loopback_only, GError **error)
{
  g_autoptr (WebSite) site = g_new0 (WebSite, 1);
  g_autoptr (GUri) uri = NULL;
  const char *path;

  site->loopback_only = loopback_only;
  if (public_url == NULL) {
    site->base = g_strdup ("/");
    return g_steal_pointer (&site);
  }
  uri = parse_web_uri (public_url);
  if (uri == NULL || !is_plain_path (g_uri_get_path (uri))
      || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || g_uri_get_userinfo (uri) != NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--public-url takes https://HOST/ or https://HOST/PREFIX/, not %s",
        public_url);
    return NULL;
  }
  path = g_uri_get_path (uri);
  site->base = g_strconcat (path[0] == '/' ? "" : "/", path,
      g_str_has_suffix (path, "/") || path[0] == '\0' ? "" : "/", NULL);
  site->host = g_strdup (g_uri_get_host (uri));
  site->origin = make_origin (uri);
  site->public_url = g_strconcat (site->origin, site->base, NULL);
  site->secure = g_str_equal (g_uri_get_scheme (uri), "https");
  return g_steal_pointer (&site);
}

void
web_site_free (WebSite *site)
{
  if (site == NULL)
    return;
  g_free (site->public_url);
  g_free (site->host);
  g_free (site->origin);
  g_free (site->base);
  g_free (site);
}

const char *
web_site_get_public_url (const WebSite *site)
{
  return site->public_url;
}

const char *
web_site_get_base (const WebSite *site)
{
  return site->base;
}

gboolean
web_site_is_secure (const WebSite *site)
{
  return site->secure;
}

/* Names of this machine that its network may know. */
static gboolean
is_own_name (const char *host)
{
  const char *name = g_get_host_name ();
  gsize length = strlen (name);

  return g_ascii_strncasecmp (host, name, length) == 0
      && (host[length] == '\0' || g_str_equal (host + length, ".local"));
}

gboolean
web_site_knows_host (const WebSite *site, const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (host, "localhost") == 0
      || (site->host != NULL && g_ascii_strcasecmp (host, site->host) == 0))
    return TRUE;
  /* No name leads astray where there is none. */
  address = g_inet_address_new_from_string (host);
  if (site->loopback_only)
    return address != NULL && g_inet_address_get_is_loopback (address);
  return address != NULL || is_own_name (host);
}

gboolean
web_site_is_origin (const WebSite *site, const char *origin, const char *host)
{
  g_autoptr (GUri) uri = parse_web_uri (origin);
  g_autofree char *text = NULL;

  if (uri == NULL)
    return FALSE;
  text = make_origin (uri);
  if (site->origin != NULL && g_ascii_strcasecmp (text, site->origin) == 0)
    return TRUE;
  /* A proxy that speaks TLS and is not named by --public-url may be in front:
   * only what follows the scheme is compared. */
  return host != NULL
      && g_ascii_strcasecmp (strstr (text, "://") + strlen ("://"), host) == 0;
}

const char *
web_site_strip_path (const WebSite *site, const char *path)
{
  gsize length = strlen (site->base) - 1; /* without the last slash */

  if (strncmp (path, site->base, length) == 0
      && (path[length] == '/' || path[length] == '\0'))
    path += length;
  while (path[0] == '/' && path[1] == '/')
    path++;
  return path[0] != '\0' ? path : "/";
}
