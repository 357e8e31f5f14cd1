/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Muxers write one comment: from now on each that comes out of @pad stands behind
 * that of @tags, in one text, which still says who made the picture. Nothing
 * happens where @tags have none. @ret_joined: (nullable): gets that text, for the
 * caller to free, from the streaming thread; has to outlive the pad's probes. */
void comments_join (GstPad *pad, const GstTagList *tags, char **ret_joined);

G_END_DECLS
