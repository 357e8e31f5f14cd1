/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rtspstore.h"

#include <gst/rtsp-server/rtsp-server.h>

G_BEGIN_DECLS

/* The library distinguishes mounts by path alone: here "/gif?prompt=…" is the path
 * "/gif/ID", where the ID stands for what is asked, so that clients of the same
 * prompt meet and others do not. The SDP's base is that path. */
#define RTSP_TYPE_MOUNTS (rtsp_mounts_get_type ())
G_DECLARE_FINAL_TYPE (RtspMounts, rtsp_mounts, RTSP, MOUNTS, GstRTSPMountPoints)

/* Uses of the store: see rtsp_store_new(). */
GstRTSPMountPoints *rtsp_mounts_new (
    const RtspService *service, const RtspLimits *limits);

/* Sees to it that there is a mount for @url; blocks as rtsp_store_open() does.
 * The mount stays at least as long as the returned use. NULL and @refusal: see
 * rtsp_address_parse() and rtsp_store_open(); 404 for another path. Transfer
 * full. */
RtspUse *rtsp_mounts_open (RtspMounts *self, const GstRTSPUrl *url,
    const RtspAsker *asker, guint wait_s, RtspRefusal *refusal);

/* Owned by @self. */
RtspStore *rtsp_mounts_get_store (RtspMounts *self);

G_END_DECLS
