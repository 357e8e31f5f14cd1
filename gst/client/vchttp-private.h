/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vchttp.h"
#include "vcpeer.h"

G_BEGIN_DECLS

/* The inside of an exchange: vchttp.c has its life and its limits, vchttphead.c
 * what happens until its head is there, vchttpbody.c the reading of its body. */

struct _VcHttp
{
  grefcount refs; /* the owner's, and one for each call of libsoup that is under
                     way */
  SoupMessage *message;
  VcPeer *peer;         /* for people */
  GInputStream *stream; /* the body; NULL until the head is there */
  GCancellable *cancellable;
  GSource *timer, *reader;

  const VcHttpCallbacks *callbacks;
  gpointer user_data;
  gboolean finished; /* done() was called, or the owner lost interest */
  GError *lost;      /* why a connection was gone as soon as it was there */

  VcWatch watch;
  gboolean connected, sent;
  guint64 body_left;      /* of the request's, to be sent */
  gboolean is_from_proxy; /* the head */
  gboolean head_due;      /* libsoup has the head, on_head() has not come yet */
  guint late_turns_left;  /* before a shut-down in that time cancels anyway */
  gboolean accept_any_certificate;
  GTlsCertificateFlags tls_errors;
};

/* --- vchttp.c --- */

VcHttp *vc_http_ref (VcHttp *http);
void vc_http_unref (VcHttp *http);

/* Exchanges of this thread that libsoup still has: of VcHttp, borrowed. */
GPtrArray *vc_http_under_way (void);

/* The connection stands. */
void vc_http_note_connected (VcHttp *http);

/* libsoup has told of the head that it had. */
void vc_http_end_head_due (VcHttp *http);

/* Ends everything of @http that could call back. @whole: the body is at its
 * end, so the connection can serve again. */
void vc_http_shut (VcHttp *http, gboolean whole);

/* … and calls done(): with @error, or with what @cause of libsoup's means. */
void vc_http_finish (VcHttp *http, const GError *error, gboolean again);
void vc_http_fail (VcHttp *http, const GError *cause);

/* --- vchttphead.c --- */

/* To be called once before @http's message is sent over @session. */
void vc_http_follow (VcHttp *http, SoupSession *session);

/* --- vchttpbody.c --- */

/* The body is there to be read. */
void vc_http_read (VcHttp *http);

G_END_DECLS
