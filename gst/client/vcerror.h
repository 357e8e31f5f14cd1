/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Everything that can go wrong in a generation, each with one thing to do about
 * it. Cancelling is not an error. */
typedef enum
{
  VC_ERROR_PARAMETER, /* a parameter was refused (400, 422, no such sampler) */
  VC_ERROR_SETTING,   /* a file or an address of ours cannot be used */
  VC_ERROR_NOT_AUTHORIZED, /* the key, or the proxy's password (401, 403, 407)
                            */
  VC_ERROR_PLAN,           /* the account's plan does not cover it (402, 413) */
  VC_ERROR_BUSY,           /* rate limit, queue full (409, 423, 429, 503) */
  VC_ERROR_NOT_FOUND,      /* host or path unknown (DNS, 404, 410) */
  VC_ERROR_CONNECT,        /* refused, unreachable, reset before the request */
  VC_ERROR_TLS,            /* handshake failed */
  VC_ERROR_CERTIFICATE,    /* certificate not trusted */
  VC_ERROR_TLS_MISSING,    /* GIO has no TLS module */
  VC_ERROR_TIMEOUT,        /* one of our limits, or 408, 504 */
  VC_ERROR_REDIRECT,       /* a redirect that is not followed */
  VC_ERROR_REFUSED,        /* any other 4xx */
  VC_ERROR_SERVICE,        /* any other 5xx, an error text with status 200 */
  VC_ERROR_INTERRUPTED,    /* the connection ended before the body did */
  VC_ERROR_REPLY,          /* not the JSON of the protocol */
  VC_ERROR_NOT_GIF,        /* the image is not a GIF */
  VC_ERROR_TOO_LARGE,      /* over max-size */
  VC_ERROR_PROXY,          /* the proxy refused, or is unknown */
  VC_ERROR_EXHAUSTED,      /* no memory, descriptors or threads left here */
  VC_ERROR_CHANGED, /* another GIF at the same address, too late to start over
                     */
} VcErrorCode;

#define VC_ERROR (vc_error_quark ())
GQuark vc_error_quark (void);

/* The code of a final HTTP @status (RFC 9110 §15) that is no success; the
 * reply's text is asked first (vcwire.h). */
VcErrorCode vc_error_code_from_status (guint status);

/* @error as GIO or libsoup gave it, as one of ours. @tls_errors are the
 * certificate's faults where the handshake failed on them; @host is who it was
 * about, a proxy's with @is_proxy. Never returns NULL; the caller owns the
 * result. */
GError *vc_error_from_transport (const GError *error,
    GTlsCertificateFlags tls_errors, const char *host, gboolean is_proxy);

/* Whether @size bytes more can be had now: asked before they are taken in small
 * pieces, since GLib ends a process where one is refused. */
gboolean vc_error_has_memory (gsize size);

/* There is no memory for more of what comes. The caller owns it. */
GError *vc_error_no_memory (void);

/* Whether trying again could help after @error came from the transport and
 * nothing had been processed. */
gboolean vc_error_is_transient (const GError *error);

/* Overwrites @size bytes that hold a secret, also where nobody reads them any
 * more. */
void vc_secret_clear (void *secret, gsize size);

/* A string that holds a secret: overwritten, then freed. NULL is fine. */
void vc_secret_free (char *secret);

G_END_DECLS
