/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcerror.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Where a reply has its image: pure functions. */

/* The image that a reply has, and its others. One of both is there. */
typedef struct
{
  GPtrArray *addresses; /* of char *: absolute, the first is the image's */
  GBytes *gif;          /* the image itself; begins as GIFs do */
} VcImages;

/* Reads {"images": […]}, the protocol's shape, and those of its relatives: a
 * member image, image_url and, unless there is an error's text too (@is_error),
 * url, output or data, where there is just one of them. Each is a string, a
 * list, or an object with an url, image_url, image or b64_json. A string is an
 * address, relative to @base in a list, absolute elsewhere; a data: address
 * (RFC 2397); or a GIF in base64. The first one counts; what follows may be
 * nothing. FALSE with VC_ERROR_REPLY where there is no image; clear @ret_images
 * in every case. */
gboolean vc_images_read (JsonNode *root, gboolean is_error, GUri *base,
    VcImages *ret_images, GError **error);

void vc_images_clear (VcImages *images);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VcImages, vc_images_clear)

/* Whether the bytes of a reply may be JSON with a GIF in base64, which is larger
 * than replies with addresses are. */
gboolean vc_images_may_hold_gif (const guint8 *data, gsize size);

G_END_DECLS
