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
  const char *cache_dir; /* of visioncraftgifsrc; NULL: none */
} RtspService;

/* The most pixels of a GIF's screen, 4096 × 2304. */
#define RTSP_MAX_PIXELS 9437184

/* Whether somebody still wants what is being made. */
typedef gboolean (*RtspWanted) (gpointer data);

/* Generates what @address asks for, and decodes it once to see that it can be
 * shown. Blocks for as long as that takes, or until @cancellable, or until
 * nobody wants it while the service has not been asked yet. NULL and @refusal
 * where it fails: 400 when the service does not like the address, 503 when it
 * is busy, 502 otherwise. The operator is told why. Transfer full. */
GBytes *rtsp_generate (const RtspService *service, const RtspAddress *address,
    GCancellable *cancellable, RtspWanted wanted, gpointer data,
    RtspRefusal *refusal);

G_END_DECLS
