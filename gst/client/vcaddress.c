/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcaddress.h"

#include <string.h>

/* WHATWG URL §3.1. libsoup 3.8 makes no message for an address that has these,
 * and other ones ask resolvers for them. */
#define NOT_IN_HOSTS " #/:<>?@[\\]^|"

#define HTTP_PORT 80
#define HTTPS_PORT 443

gboolean
vc_address_is_http (GUri *uri)
{
  return g_str_equal (g_uri_get_scheme (uri), "http");
}

gboolean
vc_address_is_https (GUri *uri)
{
  return g_str_equal (g_uri_get_scheme (uri), "https");
}

gboolean
vc_address_has_host (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  g_autofree char *ascii = NULL;

  if (host == NULL || host[0] == '\0')
    return FALSE;
  if (g_hostname_is_ip_address (host))
    return TRUE;
  ascii = g_hostname_to_ascii (host);
  if (ascii == NULL)
    return FALSE;
  for (const char *c = ascii; *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c) || strchr (NOT_IN_HOSTS, *c) != NULL)
      return FALSE;
  }
  return TRUE;
}

static int
port_of (GUri *uri)
{
  int port = g_uri_get_port (uri);

  if (port > 0)
    return port;
  return vc_address_is_https (uri) ? HTTPS_PORT : HTTP_PORT;
}

gboolean
vc_address_same_origin (GUri *a, GUri *b)
{
  return g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b))
      && vc_address_has_host (a) && vc_address_has_host (b)
      && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0
      && port_of (a) == port_of (b);
}

GUri *
vc_address_with_https (GUri *uri)
{
  int port = port_of (uri);

  return soup_uri_copy (uri, SOUP_URI_SCHEME, "https", SOUP_URI_PORT,
      port == HTTP_PORT ? HTTPS_PORT : port, SOUP_URI_NONE);
}

/* Servers write names with a bare percent sign: "100%.gif". */
static char *
escape_percent (const char *address)
{
  GString *escaped = g_string_new (NULL);

  for (const char *p = address; *p != '\0'; p++) {
    g_string_append_c (escaped, *p);
    if (*p == '%' && !(g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2])))
      g_string_append (escaped, "25");
  }
  return g_string_free (escaped, FALSE);
}

GUri *
vc_address_follow (GUri *uri, const char *location)
{
  g_autofree char *escaped =
      location != NULL ? escape_percent (location) : NULL;

  return escaped != NULL
      ? g_uri_parse_relative (uri, escaped, SOUP_HTTP_URI_FLAGS, NULL)
      : NULL;
}
