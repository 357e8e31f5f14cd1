/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webjob.h"
#include "weblog.h"

G_BEGIN_DECLS

/* How the server does, for those who watch over it. */
typedef struct _WebStatus WebStatus;

/* Both outlive it. */
WebStatus *web_status_new (WebQueue *queue, WebLog *log);
void web_status_free (WebStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebStatus, web_status_free)

/* Counts how @job ends. */
void web_status_watch (WebStatus *status, WebJob *job);

/* No more is taken on: it is not ready any more. */
void web_status_drain (WebStatus *status);

/* Whether @path is one that needs no login, and no certain Host. */
gboolean web_status_is_public (const char *path);

/* Answers, if @path is one of
 *
 *   /healthz   200: the process answers
 *   /readyz    200, or 503 while it ends, or where the last generation has
 *              failed, not by its own settings, within the last five minutes;
 *              asks nobody, costs nothing
 *   /metrics   numbers as Prometheus reads them, for programs of this machine
 *
 * FALSE: it is none of them. */
gboolean web_status_get (
    WebStatus *status, SoupServerMessage *message, const char *path);

G_END_DECLS
