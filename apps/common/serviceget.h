/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How the service is reached. NULL: the system's authorities and proxy. */
typedef struct
{
  const char *api_url;
  const char *ca_file, *proxy;
  gboolean insecure; /* any certificate will do */
} ServiceAccess;

/* The service's address where the user gives none: VISIONCRAFT_API_URL, else
 * the element's own. NULL where there is no element. The caller owns it. */
char *service_dup_default_url (void);

/* One small file that the service tells of itself, like its list of samplers,
 * on the way. Costs nothing and needs no key. Main thread, default main
 * context. */
typedef struct _ServiceGet ServiceGet;

/* Its end: @body is what came with status 200, else NULL and @error, a
 * FAILURE_UNAVAILABLE. Called once, never from within service_get_start(). It
 * may free the request. */
typedef void (*ServiceGetFunc) (
    GBytes *body, const GError *error, gpointer data);

/* Asks for @path ("/limits") below the service's address; five seconds and 64
 * KiB are the most. @access is copied. */
ServiceGet *service_get_start (const ServiceAccess *access, const char *path,
    ServiceGetFunc func, gpointer data);

/* Cancels it, where it runs. NULL is allowed. */
void service_get_free (ServiceGet *get);

G_END_DECLS
