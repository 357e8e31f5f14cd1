/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* @gif with prompt, comment and program of @tags in a comment (GIF89a §24)
 * ahead of its pictures, in UTF-8, a line "Name: value" each; everything else
 * stays as it is. The same @gif where @tags have none of them, or it begins
 * with this comment already. A damaged @gif may be too short for a header: then
 * it is left alone. Transfer full. */
GBytes *gif_comment_add (GBytes *gif, const GstTagList *tags);

G_END_DECLS
