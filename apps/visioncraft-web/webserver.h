/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "samplers.h"
#include "weboptions.h"

G_BEGIN_DECLS

/*
 * The page and what it talks to.
 *
 *   GET    /, /app.js, /style.css, /icon.svg    the page
 *   POST   /api/login                           the password: a cookie
 *   DELETE /api/login                           no more
 *   GET    /api/options                         samplers, ranges, limits
 *   GET    /api/generations                     the last ones, newest first
 *   POST   /api/generations                     a new one: 201 and its id
 *   GET    /api/generations/ID                  how it is now
 *   DELETE /api/generations/ID                  cancel it, or remove it
 *   GET    /api/generations/ID/events           each change, server-sent
 *   GET    /api/generations/ID/video            fragmented MP4 as it grows
 *   GET    /api/generations/ID/poster           its first picture, JPEG
 *   GET    /api/generations/ID/gif, mp4, webm   files to save
 *
 * and what webstatus.h has. Without the cookie, where there is a password, /api/ is 401. An error is {"error": {"kind": …}} with a fitting status, see webfault.h.
 */
typedef struct _WebServer WebServer;

/* Listens as @options say, which are kept, not copied; so are @samplers. NULL
 * and @error when the address cannot be had. */
WebServer *web_server_new (
    const WebOptions *options, Samplers *samplers, GError **error);

/* Takes on no more generations, and calls @drained once those that were asked
 * for have ended and their clients have what they asked for, or when that takes
 * too long. */
void web_server_drain (
    WebServer *server, void (*drained) (gpointer data), gpointer data);

/* Ends every connection and pipeline. */
void web_server_free (WebServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebServer, web_server_free)

/* "http://ADDRESS:PORT/", with the port that it has got. The caller owns it. */
char *web_server_make_url (WebServer *server);

G_END_DECLS
