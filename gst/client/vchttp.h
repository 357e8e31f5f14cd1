/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcwatch.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* One HTTP exchange: a request out, its head and body in, each step within its
 * limit. Used on one thread, in its thread-default main context, where all
 * callbacks come too. */
typedef struct _VcHttp VcHttp;

/* None of them comes after vc_http_abandon(). */
typedef struct
{
  /* The connection stands (or one was reused), nothing was sent yet. The
   * exchange may be abandoned here. May be NULL. */
  void (*connected) (SoupMessage *message, gpointer user_data);
  /* The request's head is out. May be NULL. */
  void (*sent) (gpointer user_data);
  /* Status and headers are there. The exchange may be abandoned here. */
  void (*head) (SoupMessage *message, gpointer user_data);
  /* Where the next bytes of the body go; at least two bytes: libsoup up to 3.6
   * reads a chunked body's trailers into it, line by line, and warns critically
   * of a line that has no room. NULL where there is no memory, which ends the
   * exchange. */
  guint8 *(*space) (gsize *ret_size, gpointer user_data);
  /* @size bytes were written there. FALSE ends the reading for this turn: the
   * exchange was abandoned. */
  gboolean (*body) (gsize size, gpointer user_data);
  /* Some body() calls are over and the socket is empty for now: the moment to
   * wake readers. */
  void (*pause) (gpointer user_data);
  /* The last callback. @error is NULL when the body is whole, else of VC_ERROR;
   * @again says that the same request may be sent again without harm: nothing
   * of it was processed and the fault may pass. */
  void (*done) (const GError *error, gboolean again, gpointer user_data);
} VcHttpCallbacks;

/* Sends @message over @session. The callbacks'
 * @user_data must live until done() or vc_http_abandon(). */
VcHttp *vc_http_send (SoupSession *session, SoupMessage *message,
    gboolean accept_any_certificate, const VcHttpLimits *limits,
    const VcHttpCallbacks *callbacks, gpointer user_data);

/* No more callbacks; the transfer is cancelled in its own time and nobody waits
 * for it. Drops the caller's reference. To be called exactly once for each
 * vc_http_send(), also after done(). */
void vc_http_abandon (VcHttp *http);

/* From now on these limits hold. */
void vc_http_set_limits (VcHttp *http, const VcHttpLimits *limits);

/* Whether the head that came is the proxy's, which opened no tunnel. */
gboolean vc_http_is_from_proxy (VcHttp *http);

/* Whether a proxy reads the request, and may answer it by itself. */
gboolean vc_http_is_read_by_proxy (VcHttp *http);

/* The exchange's message; borrowed. */
SoupMessage *vc_http_get_message (VcHttp *http);

/* Whether all of the request went out: from then on it may have been processed.
 */
gboolean vc_http_was_sent (VcHttp *http);

/* Ends *@source, if there is one. */
void vc_clear_source (GSource **source);

/* Runs this thread's default context until no exchange of this thread is under
 * way in libsoup, or for @longest_us. All were abandoned or done before. */
void vc_http_settle (gint64 longest_us);

G_END_DECLS
