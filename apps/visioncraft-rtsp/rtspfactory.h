/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rtspstore.h"

#include <gst/rtsp-server/rtsp-server.h>

G_BEGIN_DECLS

/* Makes the pipeline of one address: its GIF, for ever, at 25 pictures a second
 * as H.264. All clients share it; it goes when the last of them has left. */
#define RTSP_TYPE_FACTORY (rtsp_factory_get_type ())
G_DECLARE_FINAL_TYPE (
    RtspFactory, rtsp_factory, RTSP, FACTORY, GstRTSPMediaFactory)

#define RTSP_FACTORY_RATE 25

/* Who may see it, where the server asks who somebody is. */
#define RTSP_FACTORY_ROLE "viewer"

/* For the GIF that @store has under @id. */
GstRTSPMediaFactory *rtsp_factory_new (RtspStore *store, const char *id);

/* What the pipeline is made of, NULL-terminated, to check early that it is all
 * installed. */
const char *const *rtsp_factory_list_elements (void);

G_END_DECLS
