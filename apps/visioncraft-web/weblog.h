/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* One line on standard error for each request, when it is over:
 *
 *   CLIENT "METHOD PATH" STATUS BYTES SECONDS
 *
 * CLIENT is who asks, behind a proxy as well; BYTES are those of the reply's
 * body that went out. STATUS is - where the client has left before. Nothing
 * that can be said in a query, a header or a body is in it, and of a
 * generation's name only the beginning. */
typedef struct _WebLog WebLog;

WebLog *web_log_new (SoupServer *soup);
void web_log_free (WebLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebLog, web_log_free)

/* Requests that are not over yet. */
guint web_log_get_n_open (WebLog *log);

/* Those that ended with a status of @hundred × 100 and more, 1 to 5; 0: whose
 * client has left. */
guint64 web_log_get_n_ended (WebLog *log, guint hundred);

G_END_DECLS
