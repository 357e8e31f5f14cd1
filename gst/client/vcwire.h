/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcrequest.h"

G_BEGIN_DECLS

/* The protocol's bytes: pure functions, no I/O. A VcRequest goes in, as the
 * user set it; nothing here knows who sends it. */

/* The most bytes of a JSON reply that are looked at: of one with addresses, and
 * of one with a GIF in base64 (vcimages.h). */
#define VC_REPLY_MAX (1024 * 1024)
#define VC_REPLY_GIF_MAX (16 * 1024 * 1024)

/* A reply, read. Good ones have a GIF, or an address to fetch it from. */
typedef struct
{
  GPtrArray *images;     /* of char *: absolute addresses, the first is the
                            GIF's, or none where @gif is; NULL on error */
  GBytes *gif;           /* the GIF itself; NULL: it is to be fetched */
  guint retry_after_s;   /* what the text asks to wait; 0: nothing said */
  gboolean rate_limited; /* the text says that nothing was processed */
  gboolean is_page;      /* HTML, which the service itself does not write */
  gboolean unreached;    /* the status says that the service was not reached */
  char *server_message;  /* the error body's text, quoted; NULL: none */
} VcReply;

/* The body of POST /generate-gif, as JSON, of a @request that
 * vc_request_check() took. Its memory is overwritten when it is freed: it holds
 * the token. */
GBytes *vc_wire_request (const VcRequest *request);

/* Reads the reply's @body (JSON, or whatever a proxy sent instead) that came
 * with @status. @base resolves relative addresses, @secrets (NULL-terminated)
 * are kept out of every text. Fills @ret_reply in every case (clear it with
 * vc_reply_clear()). FALSE with @error in VC_ERROR where there is no image: the
 * text decides before the status does. */
gboolean vc_wire_read_reply (GBytes *body, guint status, GUri *base,
    const char *const *secrets, VcReply *ret_reply, GError **error);

void vc_reply_clear (VcReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VcReply, vc_reply_clear)

/* The seconds that a Retry-After @field asks for (RFC 9110 §10.2.3: seconds or
 * a date), seen at @now; 0: the time is over, -1: it says nothing. */
int vc_wire_retry_after (const char *field, GDateTime *now);

G_END_DECLS
