/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "vcerror.h"
#include "vctext.h"

#include <string.h>
#ifdef G_OS_UNIX
#include <sys/mman.h>
#endif

#include <libsoup/soup.h>

GQuark
vc_error_quark (void)
{
  return g_quark_from_static_string ("vc-error-quark");
}

static const struct
{
  guint first, last;
  VcErrorCode code;
} status_codes[] = {
  { 300, 399, VC_ERROR_REDIRECT },
  { 400, 400, VC_ERROR_PARAMETER },
  { 401, 401, VC_ERROR_NOT_AUTHORIZED },
  { 402, 402, VC_ERROR_PLAN },
  { 403, 403, VC_ERROR_NOT_AUTHORIZED },
  { 404, 404, VC_ERROR_NOT_FOUND },
  { 407, 407, VC_ERROR_NOT_AUTHORIZED },
  { 408, 408, VC_ERROR_TIMEOUT },
  { 409, 409, VC_ERROR_BUSY },
  { 410, 410, VC_ERROR_NOT_FOUND },
  { 413, 413, VC_ERROR_PLAN },
  { 422, 422, VC_ERROR_PARAMETER },
  { 423, 423, VC_ERROR_BUSY },
  { 429, 429, VC_ERROR_BUSY },
  { 400, 499, VC_ERROR_REFUSED },
  { 503, 503, VC_ERROR_BUSY },
  { 504, 504, VC_ERROR_TIMEOUT },
};

VcErrorCode
vc_error_code_from_status (guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (status_codes); i++) {
    if (status >= status_codes[i].first && status <= status_codes[i].last)
      return status_codes[i].code;
  }
  return VC_ERROR_SERVICE;
}

static const struct
{
  GTlsCertificateFlags flag;
  const char *text;
} certificate_faults[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "it is not signed by a trusted authority" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "it belongs to another host" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED,
      "it is not valid yet (or this machine's clock is wrong)" },
  { G_TLS_CERTIFICATE_EXPIRED,
      "it has expired (or this machine's clock is wrong)" },
  { G_TLS_CERTIFICATE_REVOKED, "it was revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "its algorithm is insecure" },
};

static GError *
certificate_error (GTlsCertificateFlags faults, const char *host)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (certificate_faults); i++) {
    if (faults & certificate_faults[i].flag)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", and " : "",
          certificate_faults[i].text);
  }
  if (text->len == 0)
    g_string_append (text, "it could not be checked");

  return g_error_new (VC_ERROR, VC_ERROR_CERTIFICATE,
      "The certificate of %s is not trusted: %s.", host, text->str);
}

static VcErrorCode
code_from_io_error (const GError *error)
{
  switch (error->code) {
    case G_IO_ERROR_TIMED_OUT:
      return VC_ERROR_TIMEOUT;
    case G_IO_ERROR_HOST_NOT_FOUND:
      return VC_ERROR_NOT_FOUND;
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return VC_ERROR_NOT_AUTHORIZED;
    case G_IO_ERROR_PARTIAL_INPUT:
      /* libsoup's code for a head that is too long, in its own words. */
      if (g_strcmp0 (
              error->message, g_dgettext ("libsoup-3.0", "Header too big"))
          == 0)
        return VC_ERROR_REPLY;
      return VC_ERROR_INTERRUPTED;
    case G_IO_ERROR_CONNECTION_CLOSED: /* also G_IO_ERROR_BROKEN_PIPE */
      return VC_ERROR_INTERRUPTED;
    case G_IO_ERROR_INVALID_DATA:
    case G_IO_ERROR_INVALID_ARGUMENT: /* a chunk's size, in newer libsoups */
      return VC_ERROR_REPLY;
    default:
      return VC_ERROR_CONNECT;
  }
}

#define NO_HTTP_2 "other versions, as HTTP/2, are not spoken here."

static VcErrorCode
code_from_transport (const GError *error)
{
  /* A name service that does not answer says nothing of the name. */
  if (error->domain == G_RESOLVER_ERROR)
    return error->code == G_RESOLVER_ERROR_TEMPORARY_FAILURE
        ? VC_ERROR_CONNECT
        : VC_ERROR_NOT_FOUND;
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE))
    return VC_ERROR_TLS_MISSING;
  /* A peer that vanishes without close_notify cuts the body like any other end
   * of the connection. */
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF))
    return VC_ERROR_INTERRUPTED;
  if (error->domain == G_TLS_ERROR)
    return VC_ERROR_TLS;
  if (error->domain == G_IO_ERROR)
    return code_from_io_error (error);
  if (error->domain == SOUP_SESSION_ERROR)
    return VC_ERROR_REPLY;
  return VC_ERROR_CONNECT;
}

/* What is said of the host, before and after its name. */
static const struct
{
  VcErrorCode code;
  const char *before, *after;
} transport_texts[] = {
  { VC_ERROR_NOT_FOUND, "The host", "could not be found" },
  { VC_ERROR_TLS_MISSING, "A secure connection to", "is not possible" },
  { VC_ERROR_TLS, "The secure connection to", "failed" },
  { VC_ERROR_INTERRUPTED, "The connection to", "ended too early" },
  { VC_ERROR_REPLY, "The reply of", "is not valid HTTP" },
  { VC_ERROR_NOT_AUTHORIZED, "The proxy on the way to", "refused" },
  { VC_ERROR_CONNECT, "The connection to", "failed" },
};

/* One that speaks only what nobody here does; in GnuTLS's and OpenSSL's words. */
static gboolean
wants_another_protocol (const GError *error)
{
  return error->domain == G_TLS_ERROR
      && (strstr (error->message,
              g_dgettext ("gnutls",
                  "No supported application protocol could be negotiated"))
              != NULL
          || strstr (error->message, "no application protocol") != NULL);
}

GError *
vc_error_from_transport (const GError *error, GTlsCertificateFlags tls_errors,
    const char *host, gboolean is_proxy)
{
  VcErrorCode code = code_from_transport (error);
  g_autofree char *reason = NULL;
  gsize length, i = 0;

  if (tls_errors != 0 && code == VC_ERROR_TLS)
    return certificate_error (tls_errors, host);
  if (wants_another_protocol (error))
    return g_error_new (VC_ERROR, VC_ERROR_TLS,
        "The server %s does not speak HTTP/1.1: " NO_HTTP_2, host);
  /* Names that a proxy is told are not looked up. */
  if (error->domain == G_RESOLVER_ERROR && is_proxy)
    return g_error_new (VC_ERROR, VC_ERROR_CONNECT,
        "The connection to %s failed: its name could not be found.", host);
  if (g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING))
    return g_error_new (VC_ERROR, VC_ERROR_REPLY,
        "The reply of %s is not valid HTTP/1.1: " NO_HTTP_2, host);

  while (
      i < G_N_ELEMENTS (transport_texts) - 1 && transport_texts[i].code != code)
    i++;

  /* The sentence brings its own full stop; GIO's text sometimes has one. */
  reason = vc_text_quote (error->message, -1, NULL);
  length = reason != NULL ? strlen (reason) : 0;
  if (length > 0 && reason[length - 1] == '.')
    reason[length - 1] = '\0';

  return g_error_new (VC_ERROR, code, "%s %s %s: %s.",
      transport_texts[i].before, host, transport_texts[i].after,
      reason != NULL ? reason : "no reason given");
}

gboolean
vc_error_has_memory (gsize size)
{
#ifdef G_OS_UNIX
  /* Not by malloc(), which keeps more from then on once so much was freed. */
  void *room = mmap (
      NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return size == 0 || (room != MAP_FAILED && munmap (room, size) == 0);
#else
  gpointer room = g_try_malloc (size);

  g_free (room);
  return room != NULL;
#endif
}

GError *
vc_error_no_memory (void)
{
  return g_error_new_literal (VC_ERROR, VC_ERROR_EXHAUSTED,
      "There is not enough memory for what the server sends.");
}

gboolean
vc_error_is_transient (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    return error->code == G_RESOLVER_ERROR_TEMPORARY_FAILURE;
  /* A peer that goes away within the handshake is said not to speak TLS. */
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_MISC || error->code == G_TLS_ERROR_EOF
        || error->code == G_TLS_ERROR_NOT_TLS;
  if (error->domain == SOUP_SESSION_ERROR)
    return FALSE;
  switch (code_from_transport (error)) {
    case VC_ERROR_CONNECT:
    case VC_ERROR_INTERRUPTED:
    case VC_ERROR_TIMEOUT:
      return TRUE;
    default:
      return FALSE;
  }
}

void
vc_secret_clear (void *secret, gsize size)
{
#ifdef HAVE_EXPLICIT_BZERO
  explicit_bzero (secret, size);
#else
  volatile guint8 *bytes = secret;

  while (size > 0)
    bytes[--size] = 0;
#endif
}

void
vc_secret_free (char *secret)
{
  if (secret == NULL)
    return;
  vc_secret_clear (secret, strlen (secret));
  g_free (secret);
}
