/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcjob.h"

G_BEGIN_DECLS

/* The process's one network thread and its connections, shared by everybody who
 * holds a reference. The thread starts with the first job and ends with the
 * last reference. */
typedef struct _VcClient VcClient;

/* FALSE where libsoup 2 is in the process: it may hold the names of libsoup 3's
 * types, which makes calls return NULL or hang. Nothing else here may be called
 * then. Calls nothing of libsoup. */
gboolean vc_client_is_usable (void);

/* The process's client; a full reference. Starts nothing. */
VcClient *vc_client_get (void);

/* With the last reference the thread ends; waits no longer than a moment for
 * that, and not at all when called on the network thread itself. */
void vc_client_unref (VcClient *client);

/* Starts the thread where it does not run yet. FALSE with VC_ERROR_EXHAUSTED
 * where the process may have no more threads, descriptors or memory. */
gboolean vc_client_open (VcClient *client, GError **error);

/* Starts a generation, after vc_client_open(), and returns at once; nothing of the network happens in
 * this thread. Takes @request over, which vc_request_check() found good, and
 * @notify_data, which @notify_destroy frees in any thread. The caller cancels
 * and unrefs the job. */
VcJob *vc_client_start (VcClient *client, VcRequest *request,
    VcJobNotify notify, gpointer notify_data, GDestroyNotify notify_destroy);

G_END_DECLS
