/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Under which addresses the page is reached: that of this server, and the one
 * that a proxy has for it, which may add a prefix to all paths. */
typedef struct _WebSite WebSite;

/* @public_url is "http(s)://HOST[:PORT]/[PREFIX/]" with or without its last
 * slash; NULL: there is no proxy. @loopback_only: the server listens on an
 * address of this machine for itself. NULL and @error when it is no such
 * address. */
WebSite *web_site_new (
    const char *public_url, gboolean loopback_only, GError **error);
void web_site_free (WebSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebSite, web_site_free)

/* The public address with its last slash; NULL: there is none. Owned by
 * @site. */
const char *web_site_get_public_url (const WebSite *site);

/* The path of the page, as browsers see it: "/", or the proxy's prefix with its
 * last slash. Owned by @site. */
const char *web_site_get_base (const WebSite *site);

/* Whether browsers reach it by TLS. */
gboolean web_site_is_secure (const WebSite *site);

/* Whether a request may name @host, a name or an address without port: a name
 * of somebody else's that leads here (DNS rebinding) may not. */
gboolean web_site_knows_host (const WebSite *site, const char *host);

/* Whether @origin, a page's scheme, host and port, is the page's: the public
 * one, or what the Host field @host of a request names. */
gboolean web_site_is_origin (
    const WebSite *site, const char *origin, const char *host);

/* What @path, which begins with a slash, is below the base; also where the
 * proxy has removed the prefix, or left slashes in its place. Begins with one
 * slash; a part of @path. */
const char *web_site_strip_path (const WebSite *site, const char *path);

G_END_DECLS
