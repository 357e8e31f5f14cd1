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
  VC_ERROR_CHANGED, /* another GIF at the same address, too late to start over
                     */
} VcErrorCode;

#define VC_ERROR (vc_error_quark ())
GQuark vc_error_quark (void);

/* The most bytes of an error body that any message carries. */
#define VC_SERVER_MESSAGE_MAX 512

/* The code of a final HTTP @status (RFC 9110 §15) that is no success; the
 * reply's text is asked first (vcwire.h). */
VcErrorCode vc_error_code_from_status (guint status);

/* @error as GIO or libsoup gave it, as one of ours. @tls_errors are the
 * certificate's faults where the handshake failed on them. Never returns NULL;
 * the caller owns the result. */
GError *vc_error_from_transport (
    const GError *error, GTlsCertificateFlags tls_errors, const char *host);

/* Whether trying again could help after @error came from the transport and
 * nothing had been processed. */
gboolean vc_error_is_transient (const GError *error);

/* @text with every occurrence of each of @secrets (NULL-terminated, entries may
 * be empty; NULL: none) replaced, also as they stand in addresses (RFC 3986
 * §2.1) and in JSON. The caller owns it. */
char *vc_error_redact (const char *text, const char *const *secrets);

/* @text (@length bytes, any encoding; -1: up to its NUL) as valid UTF-8 in which
 * every control character is a space: what a server chose passes here on its
 * way to a terminal, a log or a tag. The caller owns it. */
char *vc_error_one_line (const char *text, gssize length);

/* At most VC_SERVER_MESSAGE_MAX bytes of @text (@length bytes, any encoding) as
 * one line of valid UTF-8, redacted. NULL where nothing is left. The caller
 * owns it. */
char *vc_error_quote (
    const char *text, gssize length, const char *const *secrets);

/* A string that holds a secret: overwritten, then freed. NULL is fine. */
void vc_secret_free (char *secret);

G_END_DECLS
