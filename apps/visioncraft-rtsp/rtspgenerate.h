/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rtspaddress.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where the service is, and the key; NULL: as the environment says
 * (VISIONCRAFT_API_URL, VISIONCRAFT_TOKEN). */
typedef struct
{
  const char *api_url;
  const char *token;
} RtspService;

/* Generates what @address asks for, and decodes it once to see that it can be
 * shown. Blocks for as long as that takes, or until @cancellable. NULL and
 * @refusal where it fails: 400 when the service does not like the address, 503
 * when it is busy, 502 otherwise. Transfer full. */
GBytes *rtsp_generate (const RtspService *service, const RtspAddress *address,
    GCancellable *cancellable, RtspRefusal *refusal);

G_END_DECLS
